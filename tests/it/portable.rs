//! The validators in plain SQL: installed by an ordinary user, and equal to the crate on every input.

mod answers;
mod catalogue;
mod comparison;
mod database;
mod other_functions;
mod planner;
mod script;
