//! Actual and expected rows side by side: what is missing, what is too much, what has changed. The order of
//! rows does not matter.

use std::cmp::Ordering;

/// A row's cells as text. **Nulls**: `None`.
pub(super) type Row = Vec<Option<String>>;

/// How a line of the table came about.
enum Line {
    Same(Row),
    Changed { expected: Row, actual: Row },
    Added(Row),
    Removed(Row),
}

/// A table of the differences; `None` where there are none.
pub(super) fn shown(header: &[String], expected: Vec<Row>, actual: Vec<Row>) -> Option<String> {
    let lines = lines(sorted(expected), sorted(actual));
    if lines.iter().all(|line| matches!(line, Line::Same(_))) {
        return None;
    }
    let mut table = vec![
        ["@@"]
            .into_iter()
            .chain(header.iter().map(String::as_str))
            .map(str::to_owned)
            .collect::<Vec<String>>(),
    ];
    let is_same = |at: usize| matches!(lines.get(at), None | Some(Line::Same(_)));
    let mut has_gap = false;
    for (at, line) in lines.iter().enumerate() {
        // rows next to a difference are shown for orientation, others are dots
        let is_near = !is_same(at) || !is_same(at + 1) || (at > 0 && !is_same(at - 1));
        if !is_near {
            if !has_gap {
                table.push(vec!["...".to_owned(); header.len() + 1]);
            }
            has_gap = true;
            continue;
        }
        has_gap = false;
        table.push(written(line));
    }
    Some(aligned(&table))
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    let by_cell = |left: &Option<String>, right: &Option<String>| match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => match (left.parse::<f64>(), right.parse::<f64>()) {
            (Ok(left), Ok(right)) => left.total_cmp(&right),
            _ => left.cmp(right),
        },
    };
    rows.sort_by(|left, right| {
        let mut cells = left
            .iter()
            .zip(right)
            .map(|(left, right)| by_cell(left, right));
        cells
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    rows
}

/// Pairs equal rows, then rows that share most cells; what is left was added or removed.
fn lines(expected: Vec<Row>, actual: Vec<Row>) -> Vec<Line> {
    let mut partner: Vec<Option<usize>> = vec![None; actual.len()];
    let mut is_paired = vec![false; expected.len()];
    let equal_cells = |wanted: usize, found: usize| {
        let cells = expected[wanted].iter().zip(&actual[found]);
        cells.filter(|(wanted, found)| wanted == found).count()
    };
    let columns = expected.iter().chain(&actual).map(Vec::len).max();
    for least in (1..=columns.unwrap_or_default()).rev() {
        for (found, partner) in partner.iter_mut().enumerate() {
            if partner.is_some() {
                continue;
            }
            let wanted = (0..expected.len())
                .find(|wanted| !is_paired[*wanted] && equal_cells(*wanted, found) >= least);
            if let Some(wanted) = wanted {
                is_paired[wanted] = true;
                *partner = Some(wanted);
            }
        }
    }
    let mut lines = Vec::new();
    let mut next_expected = 0;
    let mut added = Vec::new();
    let mut removed_before = |until: usize, lines: &mut Vec<Line>| {
        while next_expected < until {
            if !is_paired[next_expected] {
                lines.push(Line::Removed(expected[next_expected].clone()));
            }
            next_expected += 1;
        }
    };
    for (found, row) in actual.iter().enumerate() {
        let Some(wanted) = partner[found] else {
            added.push(Line::Added(row.clone()));
            continue;
        };
        lines.append(&mut added);
        removed_before(wanted, &mut lines);
        lines.push(if expected[wanted] == *row {
            Line::Same(row.clone())
        } else {
            Line::Changed {
                expected: expected[wanted].clone(),
                actual: row.clone(),
            }
        });
    }
    lines.append(&mut added);
    removed_before(expected.len(), &mut lines);
    lines
}

fn written(line: &Line) -> Vec<String> {
    let all = |mark: &str, row: &Row| {
        let cells = row.iter().map(|cell| text(cell, "null"));
        [mark.to_owned()].into_iter().chain(cells).collect()
    };
    match line {
        Line::Same(row) => all("", row),
        Line::Added(row) => all("+++", row),
        Line::Removed(row) => all("---", row),
        Line::Changed { expected, actual } => {
            let cells = expected.iter().zip(actual).map(|(expected, actual)| {
                if expected == actual {
                    text(actual, "null")
                } else {
                    format!("{}→{}", text(expected, "NULL"), text(actual, "NULL"))
                }
            });
            ["→".to_owned()].into_iter().chain(cells).collect()
        }
    }
}

/// A cell; one that holds a comma or quote is quoted.
fn text(cell: &Option<String>, null: &str) -> String {
    match cell {
        None => null.to_owned(),
        Some(text) if text.contains([',', '"', '\n']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => text.clone(),
    }
}

/// Columns side by side, each as wide as its widest cell but the last, which nothing follows.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        let cells = table.iter().filter_map(|row| row.get(at));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in table {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let pad = if at + 1 == columns {
                    0
                } else {
                    widths[at] - cell.chars().count()
                };
                format!("{cell}{}", " ".repeat(pad))
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Row> {
        let cell = |cell: &str| (cell != "~").then(|| cell.to_owned());
        text.iter()
            .map(|row| row.split(' ').map(cell).collect())
            .collect()
    }

    fn difference(expected: &[&str], actual: &[&str]) -> Option<String> {
        let header = ["id".to_owned(), "name".to_owned()];
        shown(&header, rows(expected), rows(actual))
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        assert_eq!(
            difference(&["1 a", "10 b", "9 c"], &["9 c", "1 a", "10 b"]),
            None
        );
    }

    #[test]
    fn differences_are_marked_as_dbt_marks_them() {
        insta::assert_snapshot!(
            difference(&["1 a", "2 b"], &["1 a", "2 c"]).unwrap_or_default(),
            @r"
        @@,id,name
          ,1 ,a
        → ,2 ,b→c
        "
        );
        insta::assert_snapshot!(
            difference(&["1 a", "2 b", "3 c"], &["1 a", "3 c"]).unwrap_or_default(),
            @r"
        @@ ,id,name
           ,1 ,a
        ---,2 ,b
           ,3 ,c
        "
        );
        insta::assert_snapshot!(
            difference(&["1 a", "2 b"], &["5 x", "6 y"]).unwrap_or_default(),
            @r"
        @@ ,id,name
        +++,5 ,x
        +++,6 ,y
        ---,1 ,a
        ---,2 ,b
        "
        );
        insta::assert_snapshot!(
            difference(
                &["1 a", "2 b", "3 c", "4 ~"],
                &["1 a", "2 b", "3 c", "4 h"]
            )
            .unwrap_or_default(),
            @r"
        @@ ,id ,name
        ...,...,...
           ,3  ,c
        →  ,4  ,NULL→h
        "
        );
    }
}
