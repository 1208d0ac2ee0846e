//! Dates near the limits of their fields, in many notations.

use super::draw::Draw;

const MONTHS: [&str; 16] = [
    "Jan", "feb", "MAR", "April", "may", "June", "jul", "August", "Sept", "sep", "October", "Nov",
    "december", "Decem", "Foo", "",
];

/// A date, or something like one.
pub fn date(draw: &mut Draw) -> String {
    let year = [
        0, 1, 4, 100, 216, 400, 1581, 1582, 1799, 1800, 1900, 1904, 1960, 1999, 2000, 2023, 2024,
        2099, 2100, 9999,
    ][draw.below(20)];
    let month = draw.below(14);
    let day = [0, 1, 2, 9, 10, 12, 13, 28, 29, 30, 31, 32][draw.below(12)];
    let (y, m, d) = (
        format!("{year:04}"),
        format!("{month:02}"),
        format!("{day:02}"),
    );
    let separator = draw.pick(&["-", "/", ".", " ", ""]);
    let name = draw.pick(&MONTHS);
    let comma = draw.pick(&["", ",", ", ", " ", "-"]);
    let dot = draw.pick(&["", "", ".", ". "]);
    let text = match draw.below(16) {
        0 | 1 => format!("{y}-{m}-{d}"),
        2 => format!("{y}{m}{d}"),
        3 => format!("{m}{separator}{d}{separator}{y}"),
        4 => format!("{month}/{day}/{y}"),
        5 => format!("{day}{separator}{month}{separator}{y}"),
        6 => format!("{month}{separator}{day}{separator}{:02}", year % 100),
        7 => format!("{name}{dot}{separator}{day}{comma}{y}"),
        8 => format!("{day}{separator}{name}{dot}{comma}{separator}{y}"),
        9 => format!("{name} {y}"),
        10 => y,
        11 => format!("{y}{separator}{m}"),
        12 => {
            let serial = [
                0, 1, 59, 60, 61, 25_569, 2_958_465, 2_958_466, -3_653, -138_061, -138_062,
                2_936_549,
            ][draw.below(12)];
            let fraction = draw.pick(&[
                "",
                "",
                ".0",
                ".5",
                ".25",
                ".99999999",
                ".999994",
                ".0000000000000001",
                ".",
                ".123456",
            ]);
            return format!("{}{fraction}", serial + draw.below(3) as i64 - 1);
        }
        13 => format!("{m}-{d}-{y}"),
        14 => format!("{y}-{m}-{d}-{y}"),
        _ => format!("{y}{m}{d}-{y}{m}{:02}", draw.below(32)),
    };
    if draw.one_in(2) {
        text
    } else {
        format!("{text}{}", time(draw))
    }
}

fn time(draw: &mut Draw) -> String {
    let hour = [0, 1, 9, 11, 12, 13, 23, 24][draw.below(8)];
    let minute = [0, 30, 59, 60][draw.below(4)];
    let second = [0, 30, 59, 60, 61][draw.below(5)];
    let mark = draw.pick(&["T", " ", "", "t"]);
    let fraction = draw.pick(&[
        "",
        "",
        ".5",
        ".1234",
        ".12345",
        ".123456789",
        ".1234567891",
        ".",
    ]);
    let half = draw.pick(&["", "", "", " AM", "pm", " p", " Am "]);
    let zone = draw.pick(&[
        "", "", "Z", "z", "+00:00", "-05:00", "+14:00", "+14:01", "-1400", "+1401", "+05", "-0560",
        " Z",
    ]);
    let clock = match draw.below(6) {
        0 | 1 => format!("{hour:02}:{minute:02}:{second:02}{fraction}"),
        2 => format!("{hour:02}{minute:02}{second:02}{fraction}"),
        3 => format!("{hour}:{minute:02}"),
        4 => format!("{hour:02}{minute:02}"),
        _ => format!("{hour:02}"),
    };
    format!("{mark}{clock}{half}{zone}")
}
