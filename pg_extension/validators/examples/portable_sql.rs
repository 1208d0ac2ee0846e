//! Prints the portable script: `cargo run -p hcw-validators --example portable_sql`. It is one
//! transaction's work, for `psql -1 -f`.
#![allow(
    clippy::print_stdout,
    reason = "a program whose output goes into a file"
)]

fn main() {
    for (_, text) in hcw_validators::sql::portable::script() {
        println!("{text}");
    }
}
