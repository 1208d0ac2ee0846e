//! Inputs for the comparison of the portable functions with the crate: the same for a given seed.

use std::collections::{BTreeMap, BTreeSet};

/// Pieces that rules look at, or that look like something they accept.
const PIECES: [&str; 78] = [
    "0",
    "1",
    "9",
    "00",
    "000",
    "99",
    "5",
    "A",
    "B",
    "X",
    "z",
    "é",
    "ß",
    "ı",
    "K",
    "-",
    " ",
    ".",
    "/",
    ":",
    "+",
    "|",
    ";",
    "=",
    "T",
    "Z",
    "{",
    "}",
    "(",
    ")",
    "@",
    "\t",
    "\n",
    "\r",
    "\u{b}",
    "\u{c}",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "１",
    "９",
    "\u{a0}",
    "\u{2007}",
    "\u{2011}",
    "\u{2013}",
    "\u{2212}",
    "\u{feff}",
    "\u{200b}",
    "٣",
    "😀",
    "-05:00",
    "+14:00",
    "2024",
    "1900-01-01",
    "02",
    "29",
    "0000",
    "ext",
    "x",
    "ext. ",
    "urn:uuid:",
    "urn:oid:",
    "80840",
    "80036",
    "Feb ",
    "sept",
    "AM",
    " pm",
    "CO-",
    "today=",
    "birth=",
    "e5",
    "_",
    "E",
    "V",
    "\\",
    "'",
    "%",
];

const MONTHS: [&str; 16] = [
    "Jan", "feb", "MAR", "April", "may", "June", "jul", "August", "Sept", "sep", "October", "Nov",
    "december", "Decem", "Foo", "",
];

/// A small generator of numbers (xorshift), so that a seed means the same everywhere.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// 0 … `limit` − 1.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    fn digit(&mut self) -> char {
        char::from(b'0' + self.below(10) as u8)
    }

    fn letter(&mut self) -> char {
        char::from(b'A' + self.below(26) as u8)
    }
}

/// `count` different texts around `seeds`, the seeds themselves first.
///
/// **Shape**: no NUL, which text cannot hold.
pub(crate) fn inputs(
    seeds: &[String],
    others: &[String],
    dates: bool,
    count: usize,
    draw: &mut Draw,
) -> Vec<String> {
    let alphabet: Vec<char> = seeds
        .iter()
        .flat_map(|seed| seed.chars())
        .collect::<BTreeSet<char>>()
        .into_iter()
        .collect();
    let mut seen = BTreeMap::new();
    let mut texts = Vec::new();
    let mut keep = |text: String| {
        let text = text.replace('\0', "");
        if seen.insert(text.clone(), ()).is_none() {
            texts.push(text);
        }
        texts.len()
    };
    for text in seeds.iter().chain(others) {
        keep(text.clone());
    }
    for (place, special) in ["", " ", "\t\r\n", "\u{a0}", "\u{200b}"].iter().enumerate() {
        keep(special.repeat(place + 1));
        keep((*special).to_owned());
    }
    for character in (1..0x180).filter_map(char::from_u32) {
        keep(character.to_string());
    }
    let seed_of = |draw: &mut Draw| seeds[draw.below(seeds.len())].clone();
    loop {
        let text = match draw.below(if dates { 22 } else { 16 }) {
            0 => pieces(draw),
            1 => unicode(draw),
            2 | 3 => from_alphabet(&alphabet, draw),
            4..=8 => {
                let seed = seed_of(draw);
                let changes = draw.below(4);
                mutate(redraw(&seed, draw), changes, &alphabet, draw)
            }
            9..=14 => {
                let seed = seed_of(draw);
                let changes = 1 + draw.below(3);
                mutate(seed, changes, &alphabet, draw)
            }
            15 => long(&seed_of(draw), draw),
            _ => {
                let text = date(draw);
                let changes = draw.below(6).saturating_sub(4);
                mutate(text, changes, &alphabet, draw)
            }
        };
        if keep(text) >= count {
            return texts;
        }
    }
}

fn pieces(draw: &mut Draw) -> String {
    (0..draw.below(12)).map(|_| draw.pick(&PIECES)).collect()
}

fn unicode(draw: &mut Draw) -> String {
    let count = draw.below(24);
    (0..count)
        .filter_map(|_| {
            let limit = [0x80, 0x100, 0x800, 0x1_0000, 0x11_0000][draw.below(5)];
            char::from_u32(1 + draw.below(limit) as u32)
        })
        .collect()
}

fn from_alphabet(alphabet: &[char], draw: &mut Draw) -> String {
    let count = 1 + draw.below(18);
    (0..count)
        .map(|_| alphabet[draw.below(alphabet.len())])
        .collect()
}

/// The seed with some characters drawn anew, each of its kind.
fn redraw(seed: &str, draw: &mut Draw) -> String {
    let share = 1 + draw.below(4);
    seed.chars()
        .map(|character| match character {
            _ if !draw.one_in(share) => character,
            '0'..='9' => draw.digit(),
            'A'..='Z' => draw.letter(),
            'a'..='z' => draw.letter().to_ascii_lowercase(),
            _ => character,
        })
        .collect()
}

fn mutate(text: String, changes: usize, alphabet: &[char], draw: &mut Draw) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..changes {
        let length = text.len();
        let at = draw.below(length + 1);
        let within = at.min(length.saturating_sub(1));
        match draw.below(16) {
            0 | 1 => {
                let piece = draw.pick(&PIECES);
                text.splice(at..at, piece.chars());
            }
            2 => {
                let white = draw.pick(&[" ", "\t", "\n", "\u{b}", "\u{c}", "\r", "  ", "\r\n"]);
                let at = if draw.one_in(2) { 0 } else { length };
                text.splice(at..at, white.chars());
            }
            _ if length == 0 => {}
            3..=5 => text[within] = draw.digit(),
            6 => text[within] = draw.letter(),
            7 => text[within] = alphabet[draw.below(alphabet.len())],
            8 => text[within] = char::from(1 + draw.below(127) as u8),
            9 | 10 => drop(text.remove(within)),
            11 => text.swap(within, (within + 1) % length),
            12 => text.insert(within, text[within]),
            13 => {
                for character in &mut text {
                    *character = if character.is_ascii_uppercase() {
                        character.to_ascii_lowercase()
                    } else {
                        character.to_ascii_uppercase()
                    };
                }
            }
            14 => {
                let wide = draw.one_in(3);
                for character in text
                    .iter_mut()
                    .filter(|character| character.is_ascii_digit() && wide)
                {
                    *character =
                        char::from_u32(0xff10 + (*character as u32 - '0' as u32)).unwrap_or('0');
                }
                text.truncate(draw.below(length + 1).max(1));
            }
            _ => {
                let separator = ['-', ' ', '.', '/'][draw.below(4)];
                for character in text
                    .iter_mut()
                    .filter(|character| matches!(character, '-' | ' ' | '.' | '/'))
                {
                    *character = separator;
                }
            }
        }
    }
    text.into_iter().collect()
}

fn long(seed: &str, draw: &mut Draw) -> String {
    let piece = if draw.one_in(2) {
        seed
    } else {
        draw.pick(&PIECES)
    };
    let most = if draw.one_in(20) { 400 } else { 12 };
    let times = 1 + draw.below(most);
    let mut text = piece.repeat(times);
    if draw.one_in(2) {
        text.push_str(seed);
    }
    text
}

/// A date near the limits of its fields, in some notation.
fn date(draw: &mut Draw) -> String {
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
