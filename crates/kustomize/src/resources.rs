//! The objects of a build in their order (`resmap`).
//!
//! In: objects to add. Out: a set in which no two have one identity. Never: changes what is in an object, except when a
//! generated one merges.

use std::collections::HashSet;

use super::error::{Outcome, RefusalKind, RenderError};
use super::identity::Id;
use super::merge::Schemas;
use super::resource::{Behavior, Resource};
use super::session::Session;

/// The objects.
#[derive(Debug, Default)]
pub(crate) struct Resources(pub(crate) Vec<Resource>);

fn conflict(id: Id<'_>) -> RenderError {
    RenderError::new(RefusalKind::Conflict, format!("`{}` is there already", id.shown()))
}

impl Resources {
    /// Adds objects. Each identity may be there once.
    pub(crate) fn append(&mut self, session: &Session<'_>, incoming: Vec<Resource>) -> Outcome<()> {
        self.0.extend(incoming);
        session.budget.hold(self.0.len())?;
        self.refuse_twins(&session.schemas)
    }

    /// Refuses two objects of one identity.
    pub(crate) fn refuse_twins(&self, schemas: &Schemas) -> Outcome<()> {
        let mut seen = HashSet::with_capacity(self.0.len());
        for resource in &self.0 {
            let id = resource.id(schemas);
            if !seen.insert(id.key()) {
                return Err(conflict(id));
            }
        }
        Ok(())
    }

    pub(crate) fn drop_empty(&mut self) {
        self.0.retain(|resource| !resource.is_empty());
    }

    /// The indices of the objects that have, or had, an identity.
    pub(crate) fn with_any_id(&self, schemas: &Schemas, fits: impl Fn(Id<'_>) -> bool) -> Vec<usize> {
        let objects = self.0.iter().enumerate().filter(|(_, resource)| !resource.is_empty());
        objects.filter(|(_, resource)| resource.has_id(schemas, &fits)).map(|(index, _)| index).collect()
    }

    /// Adds an object that a generator has made, or merges it into the one that is there.
    pub(crate) fn absorb(&mut self, session: &mut Session<'_>, generated: Resource) -> Outcome<()> {
        let id = generated.id(&session.schemas);
        let places = self.with_any_id(&session.schemas, |other| other.equals(id));
        match (places.as_slice(), generated.behavior) {
            ([], Behavior::Create) => self.append(session, vec![generated]),
            ([], Behavior::Merge | Behavior::Replace) => {
                let reason = format!("`{}` does not exist, so nothing can be merged or replaced", id.shown());
                Err(RenderError::new(RefusalKind::NoTarget, reason))
            }
            ([_], Behavior::Create) => {
                let reason = format!("`{}` exists: the behavior must be merge or replace", id.shown());
                Err(RenderError::new(RefusalKind::Conflict, reason))
            }
            ([place], Behavior::Merge | Behavior::Replace) => {
                let Some(old) = self.0.get_mut(*place) else { return Ok(()) };
                super::generators::absorb(session, old, generated);
                self.refuse_twins(&session.schemas)
            }
            _ => {
                let reason = format!("several objects could take the generated `{}`", id.shown());
                Err(RenderError::new(RefusalKind::NoTarget, reason))
            }
        }
    }
}
