//! Looking into compiled SQL. The only user of sqlparser.
//!
//! Everything here is careful: where a text does not parse or a name cannot be resolved the answer is
//! "unknown", never a guess, since the server's own parser has the last word.

mod commands;
mod facts;

use std::collections::BTreeMap;

pub use commands::{command_starts, commands, tag};
pub use facts::{SqlFacts, WrittenName, facts, without_layout};

use sqlparser::ast::{
    Expr, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement,
    TableFactor, TableWithJoins,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// The names of a query's output columns in order; `None` when they cannot be known from the text.
pub fn output_columns(sql: &str) -> Option<Vec<String>> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
    match statements.as_slice() {
        [Statement::Query(query)] => query_columns(query, &BTreeMap::new()),
        _ => None,
    }
}

type Scope = BTreeMap<String, Option<Vec<String>>>;

fn query_columns(query: &Query, outer: &Scope) -> Option<Vec<String>> {
    let mut scope = outer.clone();
    for table in query.with.iter().flat_map(|with| &with.cte_tables) {
        let columns = if table.alias.columns.is_empty() {
            query_columns(&table.query, &scope)
        } else {
            let names = table.alias.columns.iter();
            Some(names.map(|column| folded(&column.name)).collect())
        };
        scope.insert(folded(&table.alias.name), columns);
    }
    set_columns(&query.body, &scope)
}

fn set_columns(body: &SetExpr, scope: &Scope) -> Option<Vec<String>> {
    match body {
        SetExpr::Select(select) => select_columns(select, scope),
        SetExpr::Query(query) => query_columns(query, scope),
        SetExpr::SetOperation { left, .. } => set_columns(left, scope),
        _ => None,
    }
}

fn select_columns(select: &Select, scope: &Scope) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => columns.push(folded(alias)),
            SelectItem::UnnamedExpr(expression) => columns.push(expression_name(expression)?),
            SelectItem::Wildcard(options) if is_plain(options) => {
                for table in &select.from {
                    columns.extend(table_columns(table, scope)?);
                }
            }
            SelectItem::QualifiedWildcard(
                SelectItemQualifiedWildcardKind::ObjectName(name),
                options,
            ) if is_plain(options) => {
                let wanted = folded(name.0.last()?.as_ident()?);
                columns.extend(columns_of_name(&wanted, &select.from, scope)?);
            }
            _ => return None,
        }
    }
    Some(columns)
}

fn is_plain(options: &sqlparser::ast::WildcardAdditionalOptions) -> bool {
    options.opt_except.is_none()
        && options.opt_exclude.is_none()
        && options.opt_ilike.is_none()
        && options.opt_rename.is_none()
        && options.opt_replace.is_none()
}

/// PostgreSQL's name of an unnamed expression, where that is certain.
fn expression_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(folded(name)),
        Expr::CompoundIdentifier(names) => names.last().map(folded),
        Expr::Cast { expr, .. } => match &**expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => expression_name(expr),
            _ => None,
        },
        Expr::Function(function) => Some(folded(function.name.0.last()?.as_ident()?)),
        _ => None,
    }
}

fn table_columns(table: &TableWithJoins, scope: &Scope) -> Option<Vec<String>> {
    // USING and NATURAL merge columns, which is more than is needed here
    if !table.joins.is_empty() {
        return None;
    }
    factor_columns(&table.relation, scope)
}

fn columns_of_name(wanted: &str, from: &[TableWithJoins], scope: &Scope) -> Option<Vec<String>> {
    let factors = from.iter().flat_map(|table| {
        std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation))
    });
    for factor in factors {
        if factor_name(factor).as_deref() == Some(wanted) {
            return factor_columns(factor, scope);
        }
    }
    None
}

fn factor_name(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { name, alias, .. } => match alias {
            Some(alias) => Some(folded(&alias.name)),
            None => Some(folded(name.0.last()?.as_ident()?)),
        },
        TableFactor::Derived { alias, .. } => alias.as_ref().map(|alias| folded(&alias.name)),
        _ => None,
    }
}

fn factor_columns(factor: &TableFactor, scope: &Scope) -> Option<Vec<String>> {
    match factor {
        TableFactor::Table {
            name,
            alias,
            args: None,
            ..
        } if name.0.len() == 1 => {
            if alias
                .as_ref()
                .is_some_and(|alias| !alias.columns.is_empty())
            {
                return None;
            }
            scope.get(&folded(name.0.first()?.as_ident()?)).cloned()?
        }
        TableFactor::Derived {
            subquery, alias, ..
        } if alias.as_ref().is_none_or(|alias| alias.columns.is_empty()) => {
            query_columns(subquery, scope)
        }
        _ => None,
    }
}

/// An identifier as PostgreSQL folds it.
fn folded(name: &sqlparser::ast::Ident) -> String {
    if name.quote_style.is_some() {
        name.value.clone()
    } else {
        name.value.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::output_columns;

    fn columns(sql: &str) -> Option<String> {
        output_columns(sql).map(|columns| columns.join(","))
    }

    #[test]
    fn columns_are_followed_through_common_table_expressions() {
        let sql = "with a as (select x, y as Z, \"Q\" from t), b as (select a.*, 1 as n from a) select * from b";
        assert_eq!(columns(sql).as_deref(), Some("x,z,Q,n"));
    }

    #[test]
    fn what_is_not_certain_is_unknown() {
        for sql in [
            "select * from t",
            "select x + 1 from t",
            "select * from a join b using (x)",
            "nonsense",
            "select 1 as a; select 2 as b",
        ] {
            assert_eq!(columns(sql), None, "{sql}");
        }
    }

    #[test]
    fn unions_and_casts_have_names() {
        assert_eq!(
            columns("select a::int, count(*) from t union all select 1, 2").as_deref(),
            Some("a,count")
        );
    }
}
