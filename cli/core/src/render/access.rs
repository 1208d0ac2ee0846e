//! Who may `ref` whom: private models within their group, protected ones within their package.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::jinja::Captured;
use crate::project::config::{self, ConfigMap};
use crate::project::config_type;
use crate::project::{
    Attachment, Declaration, Found, ModelReference, NameIndex, Node, NodeKind, Project, Reference,
    UniqueId,
};
use crate::source::Location;

/// The words for access.
const ACCESS: [&str; 3] = ["private", "protected", "public"];

/// Checks groups, access and every reference.
///
/// **Errors**: HCW0212 for a reference that is not allowed, HCW0213 for a group that nobody declares,
/// HCW0111 for an access that is none.
pub(super) fn check(
    project: &Project,
    names: &NameIndex,
    captured: &BTreeMap<UniqueId, Captured>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for node in project.nodes.values() {
        check_words(project, node, diagnostics);
    }
    for (id, captured) in captured {
        let Some(node) = project.nodes.get(id) else {
            continue;
        };
        for used in captured.distinct_refs() {
            let found = names.find_ref(&node.package, used.package.as_deref(), &used.lookup_name());
            let Found::One(target) = found else { continue };
            let Some(target) = project.nodes.get(target) else {
                continue;
            };
            let user = User {
                shown: node.id.as_str(),
                package: &node.package,
                group: group(project, names, node),
            };
            if let Some(problem) = denied(project, &user, target) {
                let location = super::use_of(node.template().unwrap_or(&node.file), &used.name)
                    .or_else(|| node.patched_at.clone())
                    .unwrap_or_else(|| node.file.at(0..0));
                diagnostics.push(problem.at(location));
            }
        }
    }
    let declared = &project.declared;
    for exposure in declared.exposures.values() {
        let declaration = &exposure.declaration;
        if !declaration.is_enabled() {
            continue;
        }
        for reference in &exposure.depends_on {
            let problem = match reference {
                Reference::Model(used) => unusable(project, names, declaration, None, used),
                Reference::Source(source, table) => names
                    .find_source(&declaration.package, source, table)
                    .is_none()
                    .then(|| names.unknown_source(source, table)),
                Reference::Metric(_) => None,
            };
            diagnostics.extend(problem.map(|problem| problem.at(declaration.location.clone())));
        }
    }
    for model in declared.semantic_models.values() {
        let declaration = &model.declaration;
        if !declaration.is_enabled() {
            continue;
        }
        let group = config::text(&declaration.config, "group");
        let used = model.reference.as_ref();
        let problem = used.and_then(|used| unusable(project, names, declaration, group, used));
        diagnostics.extend(problem.map(|problem| problem.at(declaration.location.clone())));
    }
    let metrics = declared.metrics.values().map(|one| &one.declaration);
    let models = declared
        .semantic_models
        .values()
        .map(|one| &one.declaration);
    let queries = declared.saved_queries.values().map(|one| &one.declaration);
    for declaration in metrics.chain(models).chain(queries) {
        if declaration.is_enabled() {
            let problem = unknown_group(project, &declaration.name, &declaration.config);
            diagnostics.extend(problem.map(|problem| problem.at(declaration.location.clone())));
        }
    }
}

/// A node's group; a generic test's is that of what it is attached to.
fn group<'project>(
    project: &'project Project,
    names: &NameIndex,
    node: &'project Node,
) -> Option<&'project str> {
    let of = |node: &'project Node| config::text(&node.config, "group");
    let NodeKind::GenericTest(test) = &node.kind else {
        return of(node);
    };
    let Attachment::Ref(name) = &test.attached_to else {
        return None;
    };
    let attached = ModelReference {
        name: name.clone(),
        package: Some(node.package.clone()),
        version: test.version.clone(),
    };
    let package = attached.package.as_deref();
    match names.find_ref(&node.package, package, &attached.lookup_name()) {
        Found::One(id) => of(project.nodes.get(id)?),
        _ => None,
    }
}

/// Why what is declared cannot use a model.
fn unusable(
    project: &Project,
    names: &NameIndex,
    declaration: &Declaration,
    group: Option<&str>,
    used: &ModelReference,
) -> Option<Diagnostic> {
    let lookup = used.lookup_name();
    let package = used.package.as_deref();
    match names.find_ref(&declaration.package, package, &lookup) {
        Found::One(target) => {
            let user = User {
                shown: declaration.id.as_str(),
                package: &declaration.package,
                group,
            };
            denied(project, &user, project.nodes.get(target)?)
        }
        Found::Disabled(_) => Some(Diagnostic::error(
            Code::DisabledRef,
            format!(
                "`{}` needs `{}`, which is disabled",
                declaration.name, used.name
            ),
        )),
        found => Some(names.unknown_ref(&found, package, &lookup)),
    }
}

/// Who asks for a model.
struct User<'node> {
    shown: &'node str,
    package: &'node str,
    group: Option<&'node str>,
}

fn denied(project: &Project, user: &User<'_>, target: &Node) -> Option<Diagnostic> {
    if target.kind != NodeKind::Model {
        return None;
    }
    let restricts = project
        .packages
        .get(&target.package)
        .is_some_and(|package| package.file.restrict_access);
    let is_same_package = user.package == target.package;
    let crosses = !is_same_package && restricts;
    let group = config::text(&target.config, "group");
    let is_private = access(target) == "private";
    let is_of_its_group = user.group.is_some() && user.group == group;
    if is_private && (is_same_package || restricts) && !is_of_its_group {
        let of = group.map_or_else(String::new, |group| format!(" to the group `{group}`"));
        return Some(
            Diagnostic::error(
                Code::AccessDenied,
                format!(
                    "`{}` cannot reference `{}`, which is private{of}",
                    user.shown, target.id
                ),
            )
            .help("make it `access: protected`, or join its group"),
        );
    }
    if crosses && access(target) == "protected" {
        return Some(
            Diagnostic::error(
                Code::AccessDenied,
                format!(
                    "`{}` cannot reference `{}`, which is protected within the package `{}`",
                    user.shown, target.id, target.package
                ),
            )
            .help("make it `access: public`"),
        );
    }
    None
}

/// A model's access; protected where nothing is said.
fn access(node: &Node) -> &str {
    config::text(&node.config, "access").unwrap_or("protected")
}

fn check_words(project: &Project, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let place = || -> Location {
        node.patched_at
            .clone()
            .unwrap_or_else(|| node.file.at(0..0))
    };
    if node.kind == NodeKind::Model && !ACCESS.contains(&access(node)) {
        diagnostics.push(
            Diagnostic::error(
                Code::ConfigInvalid,
                format!("unknown `access: {}` of `{}`", access(node), node.name),
            )
            .at(place())
            .help("one of private, protected, public")
            .did_you_mean(access(node), ACCESS),
        );
    }
    if node.kind == NodeKind::Model
        && access(node) == "public"
        && config::text(&node.config, "materialized") == Some("ephemeral")
    {
        let message = format!(
            "`{}` is ephemeral and cannot be `access: public`",
            node.name
        );
        diagnostics.push(
            Diagnostic::error(Code::ConfigInvalid, message)
                .at(place())
                .help("other projects read relations: make it a view or a table"),
        );
    }
    for (name, wanted) in config_type::mistyped(&node.kind, &node.config) {
        let message = format!("`{name}` of `{}` is not {wanted}", node.name);
        diagnostics.push(Diagnostic::error(Code::ConfigInvalid, message).at(place()));
    }
    let problem = unknown_group(project, &node.name, &node.config);
    diagnostics.extend(problem.map(|problem| problem.at(place())));
}

/// The problem with a `group` that nothing declares; as in dbt one of another package will do.
fn unknown_group(project: &Project, name: &str, config: &ConfigMap) -> Option<Diagnostic> {
    let group = config::text(config, "group")?;
    let groups = project.declared.groups.values().map(|one| &one.declaration);
    let known: Vec<&str> = groups.map(|declared| declared.name.as_str()).collect();
    let is_known = known.contains(&group);
    (!is_known).then(|| {
        Diagnostic::error(
            Code::UnknownGroup,
            format!("unknown group `{group}` of `{name}`"),
        )
        .help("declare it under `groups:` in a YAML file, with an `owner`")
        .did_you_mean(group, known)
    })
}
