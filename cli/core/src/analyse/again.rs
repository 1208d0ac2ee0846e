//! A run that is analysed once more, when it is known what is left as it is and what is built in the shadow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Analysed, Compiled, Unit, analyse, compile, ephemeral, ephemeral_models};
use crate::diagnostic::{Code, Diagnostic};
use crate::fingerprint::Part;
use crate::jinja::Access;
use crate::materialize::{Materialization, REFRESHED_COMMENTS, REFRESHED_GRANTS};
use crate::project::config::{ConfigMap, flag, text};
use crate::project::{Node, NodeKind, Overrides, UniqueId};
use crate::render::Rendered;
use crate::shadow::Shadow;
use crate::skip::{Decisions, Verdict};
use crate::state::{ExistingRelation, RelationType, WarehouseState};

impl Analysed {
    /// The same run without the nodes that are left as they are: the others are compiled so that they read those where
    /// they stand. `state` is the warehouse as it was read.
    pub fn decided(
        self,
        decisions: Decisions,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        let runs_all = decisions.reused().is_empty();
        let analysed = Analysed { decisions, ..self };
        if runs_all {
            let state = analysed.state.clone();
            return (analysed, state);
        }
        analysed.placed(state, wanted, built)
    }

    /// The same run with these nodes built in the shadow, if it is published as a whole, save those that are left as they
    /// are.
    pub fn placed(
        self,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        self.placed_in(Shadow::of, state, wanted, built)
    }

    /// The same, however it is published: to ask the server what it would make of it.
    pub fn beside(
        self,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        self.placed_in(Shadow::beside, state, wanted, built)
    }

    fn placed_in(
        self,
        shadow: impl Fn(&Rendered, &WarehouseState, &BTreeSet<UniqueId>) -> Shadow,
        state: &WarehouseState,
        wanted: &BTreeSet<UniqueId>,
        built: &BTreeSet<UniqueId>,
    ) -> (Analysed, Arc<WarehouseState>) {
        let Analysed {
            mut resolved,
            mut compiled,
            decisions,
            ..
        } = self;
        let reused = decisions.reused();
        compiled.retain(|id, _| reused.contains(id));
        for (id, node) in &mut compiled {
            node.sql = resolved.shadow.published(&node.sql).into_owned();
            if let Some(Verdict::Reuse { refreshed }) = decisions.verdicts.get(id)
                && !refreshed.is_empty()
            {
                let name = match refreshed.contains(&Part::Grants) {
                    true => REFRESHED_GRANTS,
                    false => REFRESHED_COMMENTS,
                };
                node.materialization = Some(Materialization::Macro(name.to_owned()));
            }
        }
        let left = |ids: &BTreeSet<UniqueId>| -> BTreeSet<UniqueId> {
            ids.difference(&reused).cloned().collect()
        };
        resolved.shadow = shadow(&resolved.rendered, state, &left(built));
        let state = Arc::new(resolved.shadow.seen(state.clone()));
        let mut analysed = analyse(resolved, &state, &left(wanted));
        analysed.compiled.append(&mut compiled);
        analysed.decisions = decisions;
        (analysed, state)
    }

    /// An incremental model as it is compiled when its table stands and is not asked to be made anew; `None` where it
    /// was compiled so, and for all that does not look at what it has built.
    pub(crate) fn as_if_built(&self, node: &Node) -> Option<Compiled> {
        let place = self.resolved.place(&node.id)?;
        let looks = node.kind == NodeKind::Model
            && text(&node.config, "materialized") == Some("incremental");
        let own = flag(&node.config, "full_refresh");
        let is_anew = own.is_none() && self.resolved.project().settings().full_refresh;
        if !looks || own == Some(true) || self.state.get(place).is_some() && !is_anew {
            return None;
        }
        let mut state = WarehouseState {
            server_version: self.state.server_version,
            ..WarehouseState::default()
        };
        let table = ExistingRelation {
            has_options: false,
            relation_type: RelationType::Table,
            columns: Vec::new(),
        };
        let key = (place.schema.clone(), place.identifier.clone());
        state.relations.insert(key, table);
        let access = Access::compiling(&Arc::new(state), Some(place.clone()));
        let anew = ("should_full_refresh".to_owned(), Json::Bool(false));
        let overrides = Overrides {
            macros: Map::from_iter([anew]),
            ..Overrides::default()
        };
        let unit = is_anew.then(|| Unit {
            names: self.names.clone(),
            overrides: Some(Arc::new(overrides)),
            facts: ConfigMap::new(),
            config: ConfigMap::new(),
        });
        let compiled = compile_with(&self.compiled, self, node, &access, unit.as_ref());
        compiled.ok().filter(|_| !access.gave_up())
    }
}

/// A node with the ephemeral models that it reads, of which those that are compiled are taken.
fn compile_with(
    known: &BTreeMap<UniqueId, Compiled>,
    analysed: &Analysed,
    node: &Node,
    access: &Access,
    unit: Option<&Unit>,
) -> Result<Compiled, Diagnostic> {
    let resolved = &analysed.resolved;
    let ephemeral = ephemeral_models(resolved);
    let mut compiled = BTreeMap::new();
    for wanted in ephemeral::needed(resolved, &ephemeral, &BTreeSet::from([&node.id])) {
        if let Some(known) = known.get(wanted) {
            let plain = match known.expressions.is_empty() {
                true => known.clone(),
                false => compile(
                    resolved,
                    &resolved.project().nodes[wanted],
                    &analysed.names,
                    access.clone(),
                    None,
                )?,
            };
            compiled.insert(wanted.clone(), plain);
        }
    }
    let own = compile(resolved, node, &analysed.names, access.clone(), unit)?;
    compiled.insert(node.id.clone(), own);
    ephemeral::inject(resolved, &ephemeral, &mut compiled);
    compiled.remove(&node.id).ok_or_else(|| {
        Diagnostic::error(
            Code::TemplateError,
            format!("`{}` was not compiled", node.id),
        )
    })
}
