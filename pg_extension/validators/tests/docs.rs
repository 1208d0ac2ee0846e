//! The committed pages of `docs/validators` are those that the generator writes.
#![allow(
    clippy::unwrap_used,
    reason = "a missing page fails the test that reads it"
)]

#[path = "../examples/docs.rs"]
mod docs;

#[test]
fn the_pages_are_up_to_date() {
    let hint = "run `cargo run -p hcw-validators --example docs`";
    for (name, text) in docs::pages().unwrap() {
        let committed = std::fs::read_to_string(docs::folder().join(&name)).unwrap_or_default();
        assert!(committed == text, "{name}: {hint}");
    }
    let pages = std::fs::read_dir(docs::folder()).unwrap().count();
    assert_eq!(pages, docs::pages().unwrap().len(), "a page too many");
}
