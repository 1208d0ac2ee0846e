//! Whole projects through the binary: good ones are built, bad ones show the user what to do.

mod bad;
mod case;
