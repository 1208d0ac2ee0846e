//! dbt's kind of an error: the title that stands above its message when nothing could be run.

use hcw_core::diagnostic::Code;

/// The title, for example `Compilation Error`.
pub(crate) fn title(code: Code) -> &'static str {
    match code {
        Code::Usage => "Usage Error",
        Code::YamlSyntax
        | Code::YamlType
        | Code::UnknownPatchTarget
        | Code::SemanticsInvalid
        | Code::ConfigInvalid => "Parsing Error",
        Code::DuplicateName
        | Code::UnknownRef
        | Code::UnknownSource
        | Code::UnknownMacro
        | Code::UnknownImplementation
        | Code::UnknownTest
        | Code::MissingVar
        | Code::MissingEnvVar
        | Code::DisabledRef
        | Code::NameTooLong
        | Code::TemplateSyntax
        | Code::TemplateError
        | Code::ContractBroken
        | Code::CompilerError
        | Code::Cycle => "Compilation Error",
        Code::Unreachable
        | Code::AuthenticationFailed
        | Code::DatabaseMissing
        | Code::ConnectionLost
        | Code::ServerTooOld
        | Code::TlsFailed
        | Code::SqlFailed
        | Code::MigrationFailed
        | Code::LandingFailed => "Database Error",
        _ => "Runtime Error",
    }
}
