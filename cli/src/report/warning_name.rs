//! The names and codes of dbt's warnings, as `--warn-error-options` takes them and logs show them.

use hcw_core::diagnostic::Code;

/// All of dbt 1.12's warnings by name, with the code of each.
pub(super) const NAMES: [(&str, &str); 84] = [
    ("AdapterDeprecationWarning", "D005"),
    ("AdapterEventWarning", "E003"),
    ("ArgumentsPropertyInGenericTestDeprecation", "D038"),
    ("BehaviorChangeEvent", "D000"),
    ("CatalogGenerationError", "E040"),
    ("CollectFreshnessReturnSignature", "D012"),
    ("ConfigDataPathDeprecation", "D004"),
    ("ConfigLogPathDeprecation", "D010"),
    ("ConfigSourcePathDeprecation", "D003"),
    ("ConfigTargetPathDeprecation", "D011"),
    ("ConstraintNotEnforced", "E048"),
    ("ConstraintNotSupported", "E049"),
    ("CustomKeyInConfigDeprecation", "D026"),
    ("CustomKeyInObjectDeprecation", "D027"),
    ("CustomOutputPathInSourceFreshnessDeprecation", "D029"),
    ("CustomTopLevelKeyDeprecation", "D025"),
    ("DeprecatedModel", "I065"),
    ("DeprecatedReference", "I067"),
    ("DeprecationsSummary", "D028"),
    ("DepsScrubbedPackageName", "M035"),
    ("DepsUnpinned", "M029"),
    ("DuplicateNameDistinctNodeTypesDeprecation", "D040"),
    ("DuplicateYAMLKeysDeprecation", "D024"),
    ("EnvironmentVariableNamespaceDeprecation", "D036"),
    ("EnvironmentVariableRenamed", "D009"),
    ("ExposureNameDeprecation", "D007"),
    ("FreshnessConfigProblem", "I073"),
    ("GenerateSchemaNameNullValueDeprecation", "D044"),
    ("GenericJSONSchemaValidationDeprecation", "D022"),
    ("GenericSemanticLayerDeprecation", "D042"),
    ("GetMetaKeyWarning", "D041"),
    ("InternalDeprecation", "D008"),
    ("InvalidConcurrentBatchesConfig", "I075"),
    ("InvalidMacroAnnotation", "I076"),
    ("InvalidValueForField", "I008"),
    ("JinjaLogWarning", "I061"),
    ("LogTestResult", "Q007"),
    ("MFConverterIssue", "I078"),
    ("MFCumulativeTypeParamsDeprecation", "D019"),
    ("MFTimespineWithoutYamlConfigurationDeprecation", "D018"),
    ("MacroNotFoundForPatch", "I059"),
    ("MetricAttributesRenamed", "D006"),
    ("MicrobatchMacroOutsideOfBatchesDeprecation", "D020"),
    ("MicrobatchModelNoEventTimeInputs", "I074"),
    ("MissingArgumentsPropertyInGenericTestDeprecation", "D039"),
    ("MissingPlusPrefixDeprecation", "D037"),
    ("ModelParamUsageDeprecation", "D032"),
    ("ModulesItertoolsUsageDeprecation", "D034"),
    ("NoNodeForYamlKey", "I058"),
    ("NoNodesForSelectionCriteria", "M030"),
    ("NoNodesSelected", "Q038"),
    ("NodeNotFoundOrDisabled", "I060"),
    ("NothingToDo", "Q035"),
    ("PackageInstallPathDeprecation", "D002"),
    ("PackageMaterializationOverrideDeprecation", "D016"),
    ("PackageNodeDependsOnRootProjectNode", "I077"),
    ("PackageRedirectDeprecation", "D001"),
    ("ProjectFlagsMovedDeprecation", "D013"),
    ("PropertyMovedToConfigDeprecation", "D030"),
    ("ResourceNamesWithSpacesDeprecation", "D015"),
    ("RunResultWarning", "Z021"),
    ("RunResultWarningMessage", "Z046"),
    ("SeedExceedsLimitAndPathChanged", "I054"),
    ("SeedExceedsLimitChecksumChanged", "I055"),
    ("SeedExceedsLimitSamePath", "I053"),
    ("SeedIncreased", "I052"),
    ("SelectExcludeIgnoredWithSelectorWarning", "Z064"),
    ("SemanticValidationFailure", "I070"),
    ("SnapshotTimestampWarning", "Q043"),
    ("SourceFreshnessProjectHooksNotRun", "D017"),
    ("SourceOverrideDeprecation", "D035"),
    ("SpacesInResourceNameDeprecation", "D014"),
    ("TestsConfigDeprecation", "D012"),
    ("TimeDimensionsRequireGranularityDeprecation", "D041"),
    ("UnexpectedJinjaBlockDeprecation", "D023"),
    ("UnsupportedConstraintMaterialization", "I068"),
    ("UnusedResourceConfigPath", "I051"),
    ("UnusedTables", "I056"),
    ("UnversionedBreakingChange", "I071"),
    ("UpcomingReferenceDeprecation", "I066"),
    ("ValidationWarning", "I009"),
    ("WEOIncludeExcludeDeprecation", "D031"),
    ("WarnStateTargetEqual", "I072"),
    ("WrongResourceSchemaFile", "I057"),
];

/// Stands for all names that end so.
pub(super) const DEPRECATIONS: &str = "Deprecations";

/// What a name of [`DEPRECATIONS`] ends with.
pub(super) const DEPRECATION: &str = "Deprecation";

/// dbt's name of the warnings of a code, where it has one.
pub(super) fn of_code(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::SelectorEmpty => "NoNodesForSelectionCriteria",
        Code::UnusedConfigPath => "UnusedResourceConfigPath",
        Code::WrongPatchKind => "WrongResourceSchemaFile",
        Code::UnknownPatchTarget => "NoNodeForYamlKey",
        Code::UnknownRef | Code::UnknownSource | Code::DisabledRef => "NodeNotFoundOrDisabled",
        Code::RootRef => "PackageNodeDependsOnRootProjectNode",
        Code::TestFailed => "RunResultWarning",
        Code::CompilerError => "JinjaLogWarning",
        Code::PastItsDate => "DeprecatedModel",
        Code::ReadsPastItsDate => "DeprecatedReference",
        Code::ReadsDeprecated => "UpcomingReferenceDeprecation",
        Code::UnsupportedConstraint => "UnsupportedConstraintMaterialization",
        Code::UnfilteredBatches => "MicrobatchModelNoEventTimeInputs",
        Code::ContractChanged => "UnversionedBreakingChange",
        Code::SemanticsInvalid => "SemanticValidationFailure",
        _ => return None,
    })
}

/// dbt's code of a name.
pub(super) fn code(name: &str) -> Option<&'static str> {
    let mut known = NAMES.iter();
    known.find_map(|(known, code)| (*known == name).then_some(*code))
}
