//! The numbers of a column as `show` prints them: all with as many decimal places as the longest needs, and commas
//! between thousands. Unlike dbt no digit is left out.

/// A number in plain digits, from what the server prints; none for what has no digits.
struct Digits {
    is_negative: bool,
    whole: String,
    /// The decimal places, without zeros at the end.
    places: String,
}

impl Digits {
    fn of(text: &str) -> Option<Digits> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{places}");
        if whole.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
        let (whole, places) = match usize::try_from(point) {
            Ok(point) if point >= all.len() => (format!("{all:0<point$}"), String::new()),
            Ok(point) => (all[..point].to_owned(), all[point..].to_owned()),
            Err(_) => {
                let zeros = usize::try_from(point.unsigned_abs()).ok()?;
                (String::new(), format!("{}{all}", "0".repeat(zeros)))
            }
        };
        let whole = whole.trim_start_matches('0').to_owned();
        let places = places.trim_end_matches('0').to_owned();
        Some(Digits {
            is_negative,
            whole,
            places,
        })
    }

    fn written(&self, places: usize) -> String {
        let mut text = String::new();
        if self.is_negative && !(self.whole.is_empty() && self.places.is_empty()) {
            text.push('-');
        }
        if self.whole.is_empty() {
            text.push('0');
        }
        for (position, digit) in self.whole.chars().enumerate() {
            if position > 0 && (self.whole.len() - position).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if places > 0 {
            text.push('.');
            text.push_str(&format!("{:0<places$}", self.places));
        }
        text
    }
}

/// The cells of a column of numbers; what is no number stays as it is.
pub(super) fn aligned(cells: &mut [&mut String]) {
    let digits: Vec<Option<Digits>> = cells.iter().map(|cell| Digits::of(cell)).collect();
    let places = digits.iter().flatten().map(|number| number.places.len());
    let places = places.max().unwrap_or_default();
    for (cell, number) in cells.iter_mut().zip(&digits) {
        if let Some(number) = number {
            **cell = number.written(places);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::aligned;

    fn column(cells: &[&str]) -> String {
        let mut cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        aligned(&mut cells.iter_mut().collect::<Vec<_>>());
        cells.join(" ")
    }

    #[test]
    fn a_column_has_as_many_places_as_its_longest_number_needs() {
        for (cells, written) in [
            (&["1.50", "2"][..], "1.5 2.0"),
            (&["0.001", "100.25", ""], "0.001 100.250 "),
            (&["1234567.891", "-4", "0"], "1,234,567.891 -4.000 0.000"),
            (&["1e+20", "-0.0"], "100,000,000,000,000,000,000 0"),
            (&["1.5e-07", "123"], "0.00000015 123.00000000"),
            (&["12.5e1", "1.25e1", "0.5e0"], "125.0 12.5 0.5"),
            (&["NaN", "Infinity", "1.0"], "NaN Infinity 1"),
        ] {
            assert_eq!(column(cells), written);
        }
    }
}
