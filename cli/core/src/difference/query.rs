//! The queries that compare two relations.

use super::Comparison;
use super::key::as_columns;
use crate::name::{RelationName, quote_identifier, quote_literal};
use crate::state::ExistingRelation;

/// A column that no relation has: it says on which side a joined row is.
const HERE: &str = "\"hcw: here\"";
/// Types without equality; their texts are compared.
const WITHOUT_EQUALITY: [&str; 9] = [
    "json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle",
];

/// Types whose values are compared with one another, as `format_type` prints them without modifiers.
const COMPARABLE: [&[&str]; 4] = [
    &[
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
    ],
    &[
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
    ],
    &["time without time zone", "time with time zone"],
    &["text", "character varying", "character", "bpchar"],
];

type Side = (RelationName, ExistingRelation);

impl Comparison {
    fn sides(&self) -> Option<(&Side, &Side)> {
        Some((self.old.as_ref()?, self.new.as_ref()?))
    }

    /// Columns that both relations have, in the order of the published one.
    pub fn common_columns(&self) -> Vec<&str> {
        let Some((old, new)) = self.sides() else {
            return Vec::new();
        };
        let is_common = |name: &&str| new.1.columns.iter().any(|(known, _)| known == name);
        let names = old.1.columns.iter().map(|(name, _)| name.as_str());
        names.filter(is_common).collect()
    }

    /// Common columns that are no part of the key, in order: those that the counts are of.
    pub fn compared_columns(&self) -> Vec<&str> {
        let is_in_key = |name: &&str| self.key.iter().any(|key| key == name);
        let mut columns = self.common_columns();
        columns.retain(|name| !is_in_key(name));
        columns
    }

    /// Makes of the key's names, written as in SQL, those of columns.
    pub fn name_key(&mut self) {
        self.key = as_columns(&self.key, &self.common_columns());
    }

    /// One row, one column: whether the key identifies rows on both sides.
    pub fn key_query(&self) -> Option<String> {
        let (old, new) = self.sides()?;
        let keys: Vec<String> = self.key.iter().map(|name| quote_identifier(name)).collect();
        let listed = keys.join(", ");
        let is_null: Vec<String> = keys.iter().map(|key| format!("{key} is null")).collect();
        let is_null = is_null.join(" or ");
        let repeated = |side: &Side| {
            let relation = side.0.in_schema();
            format!(
                "exists (select from {relation} group by {listed} having count(*) > 1 or bool_or({is_null}))"
            )
        };
        Some(format!(
            "select not {} and not {}",
            repeated(old),
            repeated(new)
        ))
    }

    /// One row: rows published, new rows, added, removed, changed in some of the columns, and how many changed in each.
    pub fn keyed_counts(&self, columns: &[&str]) -> Option<String> {
        let differing: Vec<String> = columns.iter().map(|column| self.differs(column)).collect();
        let any = any_of(&differing);
        let mut text = format!(
            "select count(old.{HERE}), count(new.{HERE}),\n    count(*) filter (where old.{HERE} is null),\n    \
             count(*) filter (where new.{HERE} is null),\n    \
             count(*) filter (where old.{HERE} and new.{HERE} and ({any}))"
        );
        for column in differing {
            text.push_str(&format!(
                ",\n    count(*) filter (where old.{HERE} and new.{HERE} and {column})"
            ));
        }
        text.push('\n');
        text.push_str(&self.joined()?);
        Some(text)
    }

    /// One row, one column: how many rows of one key differ in some compared column. However many columns there are:
    /// rows are compared while they are joined, and none is made that has the columns of both sides.
    pub fn changed_count(&self) -> Option<String> {
        let (old, new) = self.sides()?;
        let differing: Vec<String> = self
            .compared_columns()
            .into_iter()
            .map(|column| self.differs(column))
            .collect();
        Some(format!(
            "select count(*)\nfrom {} as old\ninner join {} as new\n    on {}\nwhere {}",
            old.0.in_schema(),
            new.0.in_schema(),
            self.same_key(),
            any_of(&differing)
        ))
    }

    /// One row: rows published, new rows, and how many of each the other has not, equal rows counted as often as
    /// they stand.
    pub fn bag_counts(&self) -> Option<String> {
        let (old, new) = self.sides()?;
        let (from_old, from_new) = (self.listed(old), self.listed(new));
        let count = |relation: &RelationName| {
            let relation = relation.in_schema();
            format!("(select count(*) from {relation})")
        };
        Some(format!(
            "select {}, {},\n    (select count(*) from (({from_new}) except all ({from_old})) as rows),\n    \
             (select count(*) from (({from_old}) except all ({from_new})) as rows)",
            count(&old.0),
            count(&new.0)
        ))
    }

    /// One row, one column: the rows of the side that stands alone.
    pub fn single_count(&self) -> Option<String> {
        let (relation, _) = self.old.as_ref().or(self.new.as_ref())?;
        Some(format!("select count(*) from {}", relation.in_schema()))
    }

    /// One column of JSON: up to so many rows that differ, by key: `{change, before, after}`, or `{change, row}` without a key.
    pub fn examples(&self, is_keyed: bool, limit: u64) -> Option<String> {
        let (old, new) = self.sides()?;
        if !is_keyed {
            let (from_old, from_new) = (self.listed(old), self.listed(new));
            return Some(format!(
                "select jsonb_build_object('change', change, 'row', to_jsonb(found) - 'change')::text from (\n    \
                 select 'removed' as change, rows.* from (({from_old}) except all ({from_new})) as rows\n    \
                 union all\n    \
                 select 'added', rows.* from (({from_new}) except all ({from_old})) as rows\n) as found limit {limit}"
            ));
        }
        let differing: Vec<String> = self
            .compared_columns()
            .into_iter()
            .map(|column| format!("or {}", self.differs(column)))
            .collect();
        let order: Vec<String> = self
            .key
            .iter()
            .map(|name| quote_identifier(name))
            .map(|key| format!("coalesce(old.{key}::text, new.{key}::text)"))
            .collect();
        let here = quote_literal("hcw: here");
        Some(format!(
            "select jsonb_build_object(\n    'change', case when old.{HERE} is null then 'added' \
             when new.{HERE} is null then 'removed' else 'changed' end,\n    \
             'before', case when old.{HERE} then to_jsonb(old) - {here} end,\n    \
             'after', case when new.{HERE} then to_jsonb(new) - {here} end\n)::text\n{}\n\
             where old.{HERE} is null or new.{HERE} is null {}\norder by {} limit {limit}",
            self.joined()?,
            differing.join(" "),
            order.join(", ")
        ))
    }

    /// Both relations, joined by the key.
    fn joined(&self) -> Option<String> {
        let (old, new) = self.sides()?;
        let side = |side: &Side, name: &str| {
            let relation = side.0.in_schema();
            format!("(select true as {HERE}, * from {relation}) as {name}")
        };
        Some(format!(
            "from {}\nfull join {}\n    on {}",
            side(old, "old"),
            side(new, "new"),
            self.same_key()
        ))
    }

    fn same_key(&self) -> String {
        let same = |key: &String| {
            let cast = self.cast(key);
            let key = quote_identifier(key);
            format!("old.{key}{cast} = new.{key}{cast}")
        };
        let same: Vec<String> = self.key.iter().map(same).collect();
        same.join(" and ")
    }

    fn listed(&self, side: &Side) -> String {
        let columns: Vec<String> = self
            .common_columns()
            .into_iter()
            .map(|name| {
                let quoted = quote_identifier(name);
                format!("{quoted}{} as {quoted}", self.cast(name))
            })
            .collect();
        format!("select {} from {}", columns.join(", "), side.0.in_schema())
    }

    /// Whether a column differs between the two sides of a joined row.
    fn differs(&self, column: &str) -> String {
        let (name, cast) = (quote_identifier(column), self.cast(column));
        format!("old.{name}{cast} is distinct from new.{name}{cast}")
    }

    /// What makes a column's values comparable: nothing, or their texts.
    fn cast(&self, column: &str) -> &'static str {
        let declared = |side: &Option<Side>| {
            let columns = &side.as_ref()?.1.columns;
            let found = columns.iter().find(|(name, _)| name == column);
            found.map(|(_, data_type)| data_type.clone())
        };
        let (Some(old), Some(new)) = (declared(&self.old), declared(&self.new)) else {
            return "::text";
        };
        let (old, new) = (without_modifier(&old), without_modifier(&new));
        let family = |name: &str| COMPARABLE.iter().position(|one| one.contains(&name));
        let has_equality = match old == new {
            true => !WITHOUT_EQUALITY.contains(&old.trim_end_matches("[]")),
            false => family(&old).is_some() && family(&old) == family(&new),
        };
        if has_equality { "" } else { "::text" }
    }
}

/// Whether any of some conditions holds.
fn any_of(conditions: &[String]) -> String {
    match conditions.is_empty() {
        true => "false".to_owned(),
        false => conditions.join(" or "),
    }
}

/// `numeric` of `numeric(10,2)`: values are equal or not whatever the modifiers of their columns.
fn without_modifier(data_type: &str) -> String {
    let modifier = data_type
        .find('(')
        .zip(data_type.find(')'))
        .filter(|(start, end)| start < end && !data_type.contains('"'));
    match modifier {
        Some((start, end)) => format!("{}{}", &data_type[..start], &data_type[end + 1..]),
        None => data_type.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::RelationType;

    fn cast(old: &str, new: &str) -> &'static str {
        let side = |data_type: &str| {
            let name = RelationName::new("db", "marts", "visits");
            let relation = ExistingRelation {
                columns: vec![("one".to_owned(), data_type.to_owned())],
                relation_type: RelationType::Table,
                has_options: false,
            };
            Some((name, relation))
        };
        let comparison = Comparison {
            name: String::new(),
            old: side(old),
            new: side(new),
            key: Vec::new(),
        };
        comparison.cast("one")
    }

    #[test]
    fn values_are_compared_as_the_server_compares_them() {
        for (old, new) in [
            ("numeric(10,2)", "numeric(10,3)"),
            ("numeric(10,2)[]", "numeric[]"),
            (
                "timestamp(3) without time zone",
                "timestamp without time zone",
            ),
            ("date", "timestamp with time zone"),
            ("smallint", "double precision"),
            ("character varying(20)", "text"),
        ] {
            assert_eq!(cast(old, new), "", "{old} {new}");
        }
        for (old, new) in [
            ("json", "json"),
            ("integer", "text"),
            ("integer[]", "bigint[]"),
            ("\"a(1)\"", "\"a(2)\""),
        ] {
            assert_eq!(cast(old, new), "::text", "{old} {new}");
        }
    }
}
