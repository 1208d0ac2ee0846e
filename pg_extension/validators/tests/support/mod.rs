//! What the tests of the rules share, here and in the repository's integration tests: the vectors, the code
//! tables that some of them need, and random inputs.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]
#![allow(
    clippy::expect_used,
    reason = "a broken fixture fails the test that reads it"
)]

pub mod code_tables;
mod date_texts;
pub mod draw;
pub mod inputs;
pub mod vectors;
