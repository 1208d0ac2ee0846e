//! What a node has become: its SQL, and where in its templates each part of it comes from.

use std::ops::Range;

use crate::jinja::TemplateSpan;
use crate::materialize::Materialization;
use crate::message::Message;
use crate::project::UniqueId;
use crate::source::{Location, SourceFile};

/// A node's SQL with its origin.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// The SQL that the server will see as the node's query.
    pub sql: String,
    /// The template's text before ephemeral models were put in, by position in `sql`.
    pub spans: Vec<TemplateSpan>,
    /// The template.
    pub template: Option<SourceFile>,
    /// Queries of ephemeral models that were put in.
    pub inlined: Vec<Inlined>,
    /// What its foreign keys point at, in the order of the declared constraints.
    pub foreign_key_targets: Vec<String>,
    /// How it is materialized; `None` for analyses.
    pub materialization: Option<Materialization>,
    /// What `log` and `warn` said.
    pub messages: Vec<Message>,
    /// The ephemeral models that its template reads, in the order of their first use.
    pub(crate) reads: Vec<UniqueId>,
    /// The common table expressions that ephemeral models became in it.
    pub expressions: Vec<(UniqueId, String)>,
    /// The macros that its template called.
    pub macros: Vec<String>,
}

/// An ephemeral model's query within another query.
#[derive(Debug, Clone)]
pub struct Inlined {
    /// Where it stands.
    pub output: Range<usize>,
    /// Its own origin, by position within it.
    pub spans: Vec<TemplateSpan>,
    /// Its template.
    pub template: SourceFile,
}

impl Compiled {
    /// Adds what its materialization called.
    pub(crate) fn add_macros(&mut self, called: &[String]) {
        for id in called {
            if !self.macros.contains(id) {
                self.macros.push(id.clone());
            }
        }
    }

    /// The place in the template that made a byte of the SQL; for what came from an ephemeral model, in its
    /// template.
    pub fn template_location(&self, offset: usize) -> Option<Location> {
        let inlined = self
            .inlined
            .iter()
            .find(|inlined| inlined.output.contains(&offset));
        match inlined {
            Some(inlined) => origin(
                &inlined.spans,
                &inlined.template,
                offset - inlined.output.start,
            ),
            None => origin(&self.spans, self.template.as_ref()?, offset),
        }
    }
}

fn origin(spans: &[TemplateSpan], template: &SourceFile, offset: usize) -> Option<Location> {
    let span = spans.iter().find(|span| span.output.contains(&offset))?;
    let range = if span.verbatim {
        let start = span.template.start + (offset - span.output.start);
        start..start
    } else {
        span.template.clone()
    };
    Some(template.at(range))
}
