//! The pure compiler of hcw: project files in, plan out. No IO.
