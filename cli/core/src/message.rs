//! What templates say while they render: `log`, `print` and `exceptions.warn`.

/// Something that a template said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it was said.
    pub kind: MessageKind,
    /// Its text.
    pub text: String,
}

/// How a template said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// `log(…)`: for the log file, and the terminal of `--debug`.
    Debug,
    /// `log(…, info=true)`.
    Info,
    /// `print(…)`.
    Print,
    /// `exceptions.warn(…)`.
    Warning,
}
