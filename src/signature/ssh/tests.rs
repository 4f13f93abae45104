//! SSH signatures that count and signatures that must not.
