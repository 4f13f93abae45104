//! What has to hold of every input, however broken: the properties that the fuzz targets assert.

pub mod judging;
pub mod kinds;
pub mod places;
pub mod positions;
pub mod printing;
pub mod shortcut;
pub mod ways;
