//! A specification over a catalogue: what is selected, with the tests that come along.

use std::collections::BTreeMap;

use super::PreviousState;
use super::catalogue::{Catalogue, ResourceKind};
use super::grammar::{Criterion, Indirect, Method, Parts, Specification};
use super::method;
use super::pattern::matches_text;
use super::set::Set;
use crate::diagnostic::{Code, Diagnostic};

/// What evaluating needs beside the specification.
pub(super) struct Evaluation<'run, 'project> {
    pub(super) catalogue: &'run Catalogue<'project>,
    pub(super) previous: &'run PreviousState,
    pub(super) selectors: &'run BTreeMap<String, Specification>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The selectors of selectors.yml that are being evaluated.
    open: Vec<String>,
}

/// What is selected, and beside it the tests that wait for their other parents.
struct Found {
    direct: Set,
    waiting: Set,
}

impl<'run, 'project> Evaluation<'run, 'project> {
    pub(super) fn new(
        catalogue: &'run Catalogue<'project>,
        previous: &'run PreviousState,
        selectors: &'run BTreeMap<String, Specification>,
    ) -> Evaluation<'run, 'project> {
        Evaluation {
            catalogue,
            previous,
            selectors,
            diagnostics: Vec::new(),
            open: Vec::new(),
        }
    }

    /// What is selected.
    ///
    /// **Errors**: those of the methods; HCW0501 for a selector that does not exist or needs itself.
    pub(super) fn select(&mut self, specification: &Specification) -> Result<Set, Diagnostic> {
        Ok(self.find(specification)?.direct)
    }

    fn find(&mut self, specification: &Specification) -> Result<Found, Diagnostic> {
        match specification {
            Specification::Criterion(criterion) => self.criterion(criterion),
            Specification::Union(parts) => self.combine(parts, Set::add),
            Specification::Intersection(parts) => self.combine(parts, Set::keep),
            Specification::Difference(parts) => self.combine(parts, Set::remove),
        }
    }

    fn combine(&mut self, parts: &Parts, combine: fn(&mut Set, &Set)) -> Result<Found, Diagnostic> {
        let mut combined: Option<Found> = None;
        for part in &parts.parts {
            let found = self.find(part)?;
            // in the waiting part stand the direct ones too until all parts are combined
            let mut all = found.waiting;
            all.add(&found.direct);
            match &mut combined {
                None => {
                    combined = Some(Found {
                        direct: found.direct,
                        waiting: all,
                    })
                }
                Some(combined) => {
                    combine(&mut combined.direct, &found.direct);
                    combine(&mut combined.waiting, &all);
                }
            }
        }
        let empty = || Set::empty(self.catalogue.items().len());
        let mut found = combined.unwrap_or_else(|| Found {
            direct: empty(),
            waiting: empty(),
        });
        if found.direct != found.waiting {
            self.admit(&mut found, parts.indirect);
        }
        if let Some(written) = parts.written.as_ref().filter(|_| found.direct.is_empty()) {
            self.diagnostics.push(self.nothing(written));
        }
        Ok(found)
    }

    /// Waiting tests whose parents are all there now are selected.
    fn admit(&self, found: &mut Found, indirect: Indirect) {
        let present = match indirect {
            Indirect::Eager | Indirect::Empty => return,
            Indirect::Cautious => found.direct.clone(),
            Indirect::Buildable => self.with_ancestors(&found.direct),
        };
        let ready: Vec<usize> = found
            .waiting
            .iter()
            .filter(|position| self.catalogue.items()[*position].kind.is_node())
            .filter(|position| self.reads_only(*position, &present))
            .collect();
        for position in ready {
            found.direct.insert(position);
        }
    }

    fn with_ancestors(&self, set: &Set) -> Set {
        let mut all = self.catalogue.ancestors(set, None);
        all.add(set);
        all
    }

    fn reads_only(&self, position: usize, set: &Set) -> bool {
        self.catalogue
            .parents(position)
            .iter()
            .all(|parent| set.contains(*parent))
    }

    fn criterion(&mut self, criterion: &Criterion) -> Result<Found, Diagnostic> {
        let matched = match criterion.method {
            Method::Selector => self.selector(criterion)?,
            _ => method::find(
                self.catalogue,
                criterion,
                self.previous,
                &mut self.diagnostics,
            )?,
        };
        let mut direct = matched.clone();
        if criterion.whole_neighbourhood {
            let mut below = self.catalogue.descendants(&matched, None);
            below.add(&matched);
            direct.add(&self.with_ancestors(&below));
        }
        if let Some(steps) = criterion.ancestors {
            direct.add(&self.catalogue.ancestors(&matched, steps));
        }
        if let Some(steps) = criterion.descendants {
            direct.add(&self.catalogue.descendants(&matched, steps));
        }
        // a selector of the file has brought its own tests
        let indirect = match criterion.method {
            Method::Selector => Indirect::Empty,
            _ => criterion.indirect,
        };
        Ok(self.with_tests(direct, indirect))
    }

    /// The tests that read any of the selected, as far as the mode admits them.
    fn with_tests(&self, direct: Set, indirect: Indirect) -> Found {
        let items = self.catalogue.items();
        let mut waiting = Set::empty(items.len());
        if indirect == Indirect::Empty {
            return Found { direct, waiting };
        }
        let present = match indirect {
            Indirect::Buildable => {
                let mut present = self.with_ancestors(&direct);
                present.add(&method::set(self.catalogue, |item| {
                    item.kind == ResourceKind::Source
                }));
                present
            }
            _ => direct.clone(),
        };
        let mut selected = direct.clone();
        for position in direct.iter() {
            for &child in self.catalogue.children(position) {
                if !items[child].kind.is_test() || selected.contains(child) {
                    continue;
                }
                if indirect == Indirect::Eager || self.reads_only(child, &present) {
                    selected.insert(child);
                } else {
                    waiting.insert(child);
                }
            }
        }
        Found {
            direct: selected,
            waiting,
        }
    }

    fn selector(&mut self, criterion: &Criterion) -> Result<Set, Diagnostic> {
        let selectors = self.selectors;
        let named: Vec<(&String, &Specification)> = selectors
            .iter()
            .filter(|(name, _)| matches_text(&criterion.value, name))
            .collect();
        if named.is_empty() {
            return Err(Diagnostic::error(
                Code::SelectorInvalid,
                format!(
                    "there is no selector `{}` in selectors.yml",
                    criterion.value
                ),
            )
            .did_you_mean(&criterion.value, selectors.keys().map(String::as_str)));
        }
        let mut selected = Set::empty(self.catalogue.items().len());
        for (name, specification) in named {
            if self.open.contains(name) {
                return Err(Diagnostic::error(
                    Code::SelectorInvalid,
                    format!(
                        "the selector `{name}` needs itself: {} → {name}",
                        self.open.join(" → ")
                    ),
                ));
            }
            self.open.push(name.clone());
            let found = self.select(specification)?;
            self.open.pop();
            selected.add(&found);
        }
        Ok(selected)
    }

    fn nothing(&self, written: &str) -> Diagnostic {
        let bare =
            written.trim_matches(|letter: char| "+@".contains(letter) || letter.is_ascii_digit());
        let names = self.catalogue.items().iter().map(|item| item.name);
        Diagnostic::warning(
            Code::SelectorEmpty,
            format!("The selection criterion '{written}' does not match any enabled nodes"),
        )
        .did_you_mean(bare, names)
    }
}
