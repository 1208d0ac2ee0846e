//! Whole projects through the binary: good ones are built, bad ones show the user what to do.

mod bad;
pub(crate) mod case;
mod configuration;
mod context;
mod data_tests;
mod diff;
mod hung;
mod in_the_way;
mod kept;
mod live;
mod lost;
mod materializations;
mod materialized_views;
mod meanwhile;
mod packaged;
mod plan;
mod policies;
mod publishing;
mod run_hooks;
mod runs;
mod seeds;
mod selection;
mod snapshots;
mod templates;
mod units;
mod verbs;
mod warnings;
