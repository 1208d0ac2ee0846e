//! The only user of tokio-postgres beside landing and migrations: connect, read the catalogue, keep
//! values out of errors.

pub(crate) mod connect;
pub(crate) mod copy;
pub(crate) mod drift;
pub(crate) mod live;
pub(crate) mod redact;
pub(crate) mod state;
