//! Bluesky's protocol, as far as reading posts needs it: repositories in CAR files and the
//! records in them.

pub(super) mod car;
pub(super) mod cbor;
pub(super) mod mst;
pub(super) mod record;
