//! Warnings as they are kept: places by path and offset, so that they can be told again of the same files.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{Location, SourceTree};

/// A warning with its places by path and offset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Warning {
    code: String,
    message: String,
    at: Option<Place>,
    label: Option<String>,
    related: Vec<(String, Place)>,
    notes: Vec<String>,
    help: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    path: String,
    start: usize,
    end: usize,
}

impl Warning {
    pub(super) fn of(diagnostic: &Diagnostic) -> Warning {
        let related = diagnostic.related.iter();
        Warning {
            code: diagnostic.code.as_str().to_owned(),
            message: diagnostic.message.clone(),
            at: diagnostic.location.as_ref().map(Place::of),
            label: diagnostic.label.clone(),
            related: related
                .map(|(word, location)| (word.clone(), Place::of(location)))
                .collect(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
        }
    }

    /// Whether it is about a place in a file.
    pub(super) fn is_about(&self, path: &str) -> bool {
        let related = self.related.iter().map(|(_, place)| place);
        let mut places = self.at.iter().chain(related);
        places.any(|place| place.path == path)
    }

    pub(super) fn read(&self, tree: &SourceTree) -> Option<Diagnostic> {
        let code = Code::ALL.iter().find(|code| code.as_str() == self.code)?;
        let location = match &self.at {
            Some(place) => Some(place.read(tree)?),
            None => None,
        };
        let related: Option<Vec<_>> = self
            .related
            .iter()
            .map(|(word, place)| Some((word.clone(), place.read(tree)?)))
            .collect();
        Some(Diagnostic {
            code: *code,
            severity: Severity::Warning,
            event: None,
            message: self.message.clone(),
            location,
            label: self.label.clone(),
            related: related?,
            notes: self.notes.clone(),
            help: self.help.clone(),
        })
    }
}

impl Place {
    fn of(location: &Location) -> Place {
        Place {
            path: location.file.path.to_string(),
            start: location.range.start,
            end: location.range.end,
        }
    }

    fn read(&self, tree: &SourceTree) -> Option<Location> {
        Some(tree.get(&self.path)?.at(self.start..self.end))
    }
}
