//! Functions in sidecars: their arguments and their result.

use crate::diagnostic::{Code, Diagnostic};
use crate::project::model_properties::{FunctionArgument, FunctionReturns, FunctionSignature};
use crate::source::SourceFile;
use crate::yaml::MapReader;

/// Reads `arguments:` and `returns:`.
pub(super) fn signature(
    reader: &mut MapReader<'_, '_>,
    file: &SourceFile,
    what: &str,
) -> Option<FunctionSignature> {
    let argument_nodes = reader.list("arguments");
    let returns_node = reader.node("returns");
    if let Some(overloads) = reader.node("overloads") {
        reader.diagnostics().push(
            Diagnostic::warning(
                Code::Unsupported,
                format!("`overloads` of {what} are not read"),
            )
            .at(file.at(overloads.range.clone()))
            .help("each file of `functions/` is a function of its own name"),
        );
    }
    let mut arguments = Vec::new();
    for node in argument_nodes {
        let of = format!("an argument of {what}");
        let mut inner = MapReader::new(file, of.as_str(), node, reader.diagnostics());
        let name = inner.text("name");
        let data_type = inner.text("data_type");
        let description = inner.text("description");
        let default_value = inner.node("default_value").map(crate::yaml::Node::to_json);
        inner.finish();
        let (Some(name), Some(data_type)) = (name, data_type) else {
            reader.diagnostics().push(
                Diagnostic::error(Code::YamlType, format!("{of} needs `name` and `data_type`"))
                    .at(file.at(node.range.clone())),
            );
            continue;
        };
        arguments.push(FunctionArgument {
            name,
            data_type,
            description,
            default_value,
        });
    }
    let returns = returns_node.and_then(|node| {
        let of = format!("`returns` of {what}");
        let mut inner = MapReader::new(file, of.as_str(), node, reader.diagnostics());
        let data_type = inner.text("data_type");
        let description = inner.text("description");
        inner.finish();
        Some(FunctionReturns {
            data_type: data_type?,
            description,
        })
    });
    let Some(returns) = returns else {
        let problem = Diagnostic::error(
            Code::YamlType,
            format!("{what} needs `returns` with a `data_type`"),
        );
        let problem = match returns_node {
            Some(node) => problem.at(file.at(node.range.clone())),
            None => problem,
        };
        reader.diagnostics().push(problem);
        return None;
    };
    Some(FunctionSignature { arguments, returns })
}
