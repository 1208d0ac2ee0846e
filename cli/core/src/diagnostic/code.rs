//! The codes of all diagnostics: one table, a line each. A code is never reused for something else.

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        /// A stable diagnostic code with its title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as printed, for example `HCW0203`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// What the code is about.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }
        }
    };
}

codes! {
    // 00: use of the command line
    Usage = "HCW0001", "wrong use of the command line";
    FileUnreadable = "HCW0002", "a file cannot be read";
    FileUnwritable = "HCW0003", "a file cannot be written";
    // 01: project and property files
    ProjectMissing = "HCW0101", "no dbt_project.yml";
    YamlSyntax = "HCW0102", "a YAML file does not parse";
    YamlUnknownKey = "HCW0103", "a key that no dbt or hcw file has";
    YamlType = "HCW0104", "a YAML value of the wrong type";
    ProfileMissing = "HCW0105", "the profile does not exist";
    TargetMissing = "HCW0106", "the profile has no such target";
    ProfileInvalid = "HCW0107", "a profile setting is missing or wrong";
    VarsInvalid = "HCW0108", "--vars is not a YAML mapping";
    DuplicateName = "HCW0109", "two resources of one name";
    UnknownPatchTarget = "HCW0110", "properties for a resource that does not exist";
    ConfigInvalid = "HCW0111", "a configuration value that hcw cannot use";
    Unsupported = "HCW0112", "something that hcw does not support";
    UnusedConfigPath = "HCW0113", "a configuration path that matches nothing";
    Deprecated = "HCW0114", "something that dbt will not accept for ever";
    PackagesMissing = "HCW0115", "packages that are not installed";
    PackagesInvalid = "HCW0116", "a package that cannot be used";
    PackageVersion = "HCW0117", "versions that do not fit together";
    PackageFetch = "HCW0118", "a package that cannot be fetched";
    ContractBroken = "HCW0119", "columns that are not those of the contract";
    WrongPatchKind = "HCW0120", "properties below the key of another kind";
    SemanticsInvalid = "HCW0121", "what the semantic layer cannot use";
    UnsupportedConstraint = "HCW0122", "a constraint that the materialization does not make";
    UnfilteredBatches = "HCW0123", "a microbatch model whose inputs have no event_time";
    ContractChanged = "HCW0124", "a contract that has lost what others read";
    // 02: names
    UnknownRef = "HCW0201", "ref() of a model that does not exist";
    UnknownSource = "HCW0202", "source() that is not declared";
    UnknownMacro = "HCW0203", "a macro that does not exist";
    UnknownTest = "HCW0204", "a generic test that does not exist";
    MissingVar = "HCW0205", "a variable without value and default";
    MissingEnvVar = "HCW0206", "an environment variable without value and default";
    DisabledRef = "HCW0207", "ref() of a disabled model";
    NameTooLong = "HCW0208", "a relation name of over 63 bytes";
    AmbiguousRef = "HCW0209", "ref() of a name that several packages have";
    RootRef = "HCW0210", "a package that reads the root project";
    UnknownDoc = "HCW0211", "doc() of a docs block that does not exist";
    AccessDenied = "HCW0212", "ref() of a model that its owner keeps to a group or package";
    UnknownGroup = "HCW0213", "a group that nobody declares";
    UnknownFunction = "HCW0214", "function() that the project does not have";
    UnknownImplementation = "HCW0215", "adapter.dispatch of a macro without an implementation";
    MissingArgument = "HCW0216", "a built-in test without an argument that it needs";
    PastItsDate = "HCW0217", "a model whose deprecation_date has passed";
    ReadsPastItsDate = "HCW0218", "ref() of a model whose deprecation_date has passed";
    ReadsDeprecated = "HCW0219", "ref() of a model that has a deprecation_date";
    UnknownArgument = "HCW0220", "a built-in test with an argument that it does not have";
    // 03: templates
    TemplateSyntax = "HCW0301", "a template does not parse";
    TemplateError = "HCW0302", "a template fails while it renders";
    CompilerError = "HCW0303", "a macro raised a compiler error";
    // 04: graph
    Cycle = "HCW0401", "models that depend on themselves";
    // 05: selection
    SelectorInvalid = "HCW0501", "a selector that does not parse";
    SelectorEmpty = "HCW0502", "a selector that matches nothing";
    StateMissing = "HCW0503", "no artifacts of an earlier run to compare with";
    // 06: connection
    Unreachable = "HCW0601", "the database server cannot be reached";
    AuthenticationFailed = "HCW0602", "the server refuses the user or the password";
    DatabaseMissing = "HCW0603", "the database does not exist";
    ConnectionLost = "HCW0604", "the connection was lost";
    ServerTooOld = "HCW0605", "the server's version is not supported";
    TlsFailed = "HCW0606", "the encrypted connection could not be made";
    Locked = "HCW0607", "another hcw run works on the same target";
    // 07: execution
    SqlFailed = "HCW0701", "the server refuses a statement";
    TestFailed = "HCW0702", "a data test found rows";
    Cancelled = "HCW0703", "the run was interrupted";
    NotPublishable = "HCW0704", "what a run has built cannot be published";
    StateUnwritable = "HCW0705", "what was built cannot be recorded";
    // 08: landing and seeds
    LandingMissing = "HCW0801", "no file at a source's location";
    LandingFormat = "HCW0802", "a file that cannot be read as its format";
    LandingColumns = "HCW0803", "a file's header does not fit the declared columns";
    LandingRejects = "HCW0804", "rows that could not be landed";
    LandingFailed = "HCW0805", "the server refuses landed rows";
    SeedInvalid = "HCW0806", "a seed file that cannot be read";
    // 09: migrations
    MigrationChanged = "HCW0901", "an applied migration was changed";
    MigrationFailed = "HCW0902", "a migration fails";
    MigrationInvalid = "HCW0903", "a migration file that cannot be used";
    // 10: the embedded server
    ServerNotFound = "HCW1001", "no PostgreSQL server programs on this machine";
    ServerStartFailed = "HCW1002", "the embedded server does not start";
    ServerInitFailed = "HCW1003", "the embedded cluster cannot be made";
    ClusterVersion = "HCW1004", "no server programs of the embedded cluster's version";
    ClusterOwner = "HCW1005", "the embedded cluster belongs to another user";
    // 11: validators and code tables
    ValidatorUnknown = "HCW1101", "a validator that does not exist";
    ValidatorsUnavailable = "HCW1102", "the wanted form of the validators is not to be had";
    ValidatorsInUse = "HCW1103", "objects depend on the installed validators";
    ValidatorsFailed = "HCW1104", "the validators cannot be installed";
    CodesMissing = "HCW1105", "no code file to load";
    CodesInvalid = "HCW1106", "a code file that cannot be used";
    CodesFailed = "HCW1107", "the server refuses codes";
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_unique_and_ordered() {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted);
    }
}
