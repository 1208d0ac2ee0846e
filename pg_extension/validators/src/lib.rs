//! Rules for healthcare identifiers, codes and dates, over byte slices; no IO, no dependencies.
