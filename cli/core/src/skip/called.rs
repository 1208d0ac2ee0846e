//! What calls lead to, through the bodies of functions.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::FunctionSeen;
use crate::sql::{SqlFacts, WrittenName};

/// What calls lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    /// Functions that are not PostgreSQL's own: schema, name, definition, and whether what they read counts.
    pub definitions: BTreeSet<(String, String, String, bool)>,
    /// Why there may be another result although nothing was changed.
    pub obstacles: BTreeSet<String>,
    /// What the bodies read.
    pub reads: BTreeSet<WrittenName>,
}

impl Called {
    /// Adds what others lead to.
    pub fn extend(&mut self, other: Called) {
        self.definitions.extend(other.definitions);
        self.obstacles.extend(other.obstacles);
        self.reads.extend(other.reads);
    }
}

/// How a function is named where it is called.
#[derive(Debug, Clone, Copy)]
enum Call<'text> {
    /// `f(…)`, `schema.f(…)`; a body with a search path of its own can mean any schema.
    Function(&'text WrittenName, bool),
    /// `row.f`
    Attribute(&'text String),
}

impl Call<'_> {
    fn name(&self) -> Option<&str> {
        match self {
            Call::Function(name, _) => name.last().map(String::as_str),
            Call::Attribute(name) => Some(name),
        }
    }

    fn means(&self, function: &FunctionSeen) -> bool {
        match self {
            Call::Function(name, true) if name.len() == 1 => true,
            Call::Function(name, _) => function.is_meant_by(name),
            Call::Attribute(_) => function.takes_row && !function.is_of_server,
        }
    }
}

fn calls_of(body: &SqlFacts, has_own_path: bool) -> impl Iterator<Item = Call<'_>> {
    let calls = body.calls.iter();
    let attributes = body.attributes.iter().map(Call::Attribute);
    calls
        .map(move |call| Call::Function(call, has_own_path))
        .chain(attributes)
}

/// The functions of a database, by name.
#[derive(Debug)]
pub struct Functions<'seen> {
    by_name: BTreeMap<&'seen str, Vec<&'seen FunctionSeen>>,
}

impl<'seen> Functions<'seen> {
    /// Functions of all schemas.
    pub fn of(functions: &'seen [FunctionSeen]) -> Functions<'seen> {
        let mut by_name: BTreeMap<&str, Vec<&FunctionSeen>> = BTreeMap::new();
        for function in functions {
            by_name.entry(&function.name).or_default().push(function);
        }
        Functions { by_name }
    }

    /// Follows calls, and names behind a period that may be calls.
    pub fn called(&self, calls: &BTreeSet<WrittenName>, attributes: &BTreeSet<String>) -> Called {
        let mut called = Called::default();
        let calls = calls.iter().map(|call| Call::Function(call, false));
        let mut open: Vec<(Call<'_>, bool)> = calls
            .chain(attributes.iter().map(Call::Attribute))
            .map(|call| (call, true))
            .collect();
        while let Some((call, is_open)) = open.pop() {
            let found = call.name().and_then(|name| self.by_name.get(name));
            for function in found.into_iter().flatten() {
                if call.means(function) {
                    follow(function, is_open, &mut called, &mut open);
                }
            }
        }
        called
    }
}

/// Notes a function, and what its body calls.
fn follow<'seen>(
    function: &'seen FunctionSeen,
    is_open: bool,
    called: &mut Called,
    open: &mut Vec<(Call<'seen>, bool)>,
) {
    // what an immutable function does is its own promise
    if is_open {
        called.obstacles.extend(function.obstacle());
    }
    if function.is_of_server {
        return;
    }
    let is_open = is_open && !function.is_immutable();
    let is_new = called.definitions.insert((
        function.schema.clone(),
        function.name.clone(),
        function.definition.clone(),
        is_open,
    ));
    if !is_new {
        return;
    }
    let supports = function.supports.iter();
    open.extend(supports.map(|name| (Call::Function(name, false), is_open)));
    if let Some(body) = &function.body {
        let calls = calls_of(body, function.has_own_path);
        open.extend(calls.map(|call| (call, is_open)));
        if is_open {
            called.reads.extend(body.reads.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn function(name: &str, volatility: &str, body: &str) -> FunctionSeen {
        FunctionSeen {
            schema: "s".to_owned(),
            name: name.to_owned(),
            volatility: volatility.to_owned(),
            definition: body.to_owned(),
            body: sql::facts(body),
            ..FunctionSeen::default()
        }
    }

    fn called(functions: &[FunctionSeen], text: &str) -> Called {
        let facts = sql::facts(text).expect("tokens");
        Functions::of(functions).called(&facts.calls, &facts.attributes)
    }

    #[test]
    fn bodies_are_followed_and_what_stable_ones_read_counts() {
        let functions = [
            function("outer", "s", "select s.inner()"),
            function("inner", "s", "select count(*) from s.t"),
            function("pure", "i", "select s.inner()"),
        ];
        let found = called(&functions, "select s.outer()");
        assert_eq!(found.definitions.len(), 2);
        assert_eq!(found.reads.len(), 1);
        let found = called(&functions, "select s.pure()");
        assert_eq!(found.definitions.len(), 2);
        assert!(found.reads.is_empty() && found.obstacles.is_empty());
    }

    #[test]
    fn an_aggregate_is_what_its_parts_are() {
        let mut sum = function("total", "i", "");
        sum.supports = vec![vec!["s".to_owned(), "step".to_owned()]];
        let functions = [sum, function("step", "v", "select 1")];
        let found = called(&functions, "select s.total(a) from t");
        assert_eq!(found.definitions.len(), 2);
        let obstacles: Vec<String> = found.obstacles.into_iter().collect();
        assert_eq!(obstacles, ["s.step() is volatile"]);
    }

    #[test]
    fn a_name_behind_a_period_can_be_a_call() {
        let mut full_name = function("full_name", "i", "select 1");
        full_name.is_visible = true;
        full_name.takes_row = true;
        let functions = [full_name];
        for text in [
            "select p.full_name from t p",
            "select (p).full_name from t p",
        ] {
            assert_eq!(called(&functions, text).definitions.len(), 1, "{text}");
        }
        let text = "select full_name from t";
        assert!(called(&functions, text).definitions.is_empty());
    }

    #[test]
    fn a_body_with_a_search_path_of_its_own_can_mean_any_schema() {
        let mut outer = function("outer", "i", "select inner_one()");
        outer.has_own_path = true;
        let functions = [outer, function("inner_one", "i", "select 1")];
        assert_eq!(called(&functions, "select s.outer()").definitions.len(), 2);
    }
}
