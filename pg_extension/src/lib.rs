//! The pgrx wrappers around `hcw-validators`: a function reads its arguments, asks the crate and
//! writes the answer; no rule is decided here.
//!
//! Functions follow the server's version-1 calling convention directly, because a call should cost
//! what it costs in C: no context switch, no copy of a text that already lies there, no `setjmp`.
//! `sql/` declares them; what must not happen is a declaration and a body that disagree.
//!
//! Two ways lead out of a function, and neither may skip a destructor. A panic is caught in
//! [`function::guarded`] and becomes an SQL error. An error inside the server jumps over our frames
//! (`longjmp`), so frames that call the server directly hold nothing to drop; those that do go
//! through pgrx, which turns the jump into a panic.

mod clean_text;
mod dates;
mod fast_text;
mod function;
mod safe_harbor;
mod validate;
mod validators;

pgrx::pg_module_magic!();
