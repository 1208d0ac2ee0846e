//! Random inputs of a rule: its vectors with characters changed, pieces that rules look at, dates, bytes.

use std::collections::BTreeSet;

use hcw_validators::{Entry, Family};

use super::date_texts::date;
use super::draw::Draw;
use super::vectors::Vector;

/// Where the numbers of inputs start from.
const SEED: u64 = 20_260_101;

/// Pieces that rules look at, or that look like something they accept.
#[rustfmt::skip]
const PIECES: [&str; 78] = [
    "0", "1", "9", "00", "000", "99", "5", "A", "B", "X", "z", "é", "ß", "ı", "K", "-", " ", ".",
    "/", ":", "+", "|", ";", "=", "T", "Z", "{", "}", "(", ")", "@", "\t", "\n", "\r", "\u{b}",
    "\u{c}", "\u{1}", "\u{7f}", "\u{85}", "１", "９", "\u{a0}", "\u{2007}", "\u{2011}", "\u{2013}",
    "\u{2212}", "\u{feff}", "\u{200b}", "٣", "😀", "-05:00", "+14:00", "2024", "1900-01-01", "02",
    "29", "0000", "ext", "x", "ext. ", "urn:uuid:", "urn:oid:", "80840", "80036", "Feb ", "sept",
    "AM", " pm", "CO-", "today=", "birth=", "e5", "_", "E", "V", "\\", "'", "%",
];

/// What the inputs of one rule are made from.
#[derive(Debug)]
pub struct Material {
    /// Its vectors, its example and its counterexample.
    seeds: Vec<String>,
    /// The vectors of all rules.
    all: Vec<String>,
    /// The characters of the seeds.
    alphabet: Vec<char>,
    is_of_dates: bool,
}

impl Material {
    pub fn of(entry: &Entry, vectors: &[Vector]) -> Material {
        let about = entry.about;
        let own = vectors
            .iter()
            .filter(|vector| vector.validator == about.code)
            .map(|vector| vector.input.clone());
        let seeds: Vec<String> = own
            .chain([about.example.to_owned(), about.counterexample.to_owned()])
            .collect();
        let characters: BTreeSet<char> = seeds.iter().flat_map(|seed| seed.chars()).collect();
        Material {
            seeds,
            all: vectors.iter().map(|vector| vector.input.clone()).collect(),
            alphabet: characters.into_iter().collect(),
            is_of_dates: about.family == Family::Dates,
        }
    }

    /// `count` different texts, the same ones for a rule in every run: the vectors first.
    ///
    /// **Shape**: no NUL, which text of a database cannot hold.
    pub fn texts(&self, count: usize) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut texts = Vec::new();
        let mut keep = |text: String| {
            if !text.contains('\0') && seen.insert(text.clone()) {
                texts.push(text);
            }
            texts.len()
        };
        for text in self.seeds.iter().chain(&self.all) {
            keep(text.clone());
        }
        for (place, special) in ["", " ", "\t\r\n", "\u{a0}", "\u{200b}"].iter().enumerate() {
            keep(special.repeat(place + 1));
            keep((*special).to_owned());
        }
        for character in (1..0x180).filter_map(char::from_u32) {
            keep(character.to_string());
        }
        let seed = self.seeds.iter().flat_map(|seed| seed.bytes());
        let mut draw = Draw::new(seed.fold(SEED, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        }));
        while keep(self.text(&mut draw)) < count {}
        texts
    }

    /// A text around the seeds, or of what rules look at.
    pub fn text(&self, draw: &mut Draw) -> String {
        let seed = |draw: &mut Draw| &self.seeds[draw.below(self.seeds.len())][..];
        match draw.below(if self.is_of_dates { 22 } else { 17 }) {
            0 => pieces(draw),
            1 => unicode(draw),
            2 | 3 => from_alphabet(&self.alphabet, draw),
            4..=8 => {
                let seed = seed(draw);
                let changes = draw.below(4);
                mutate(redraw(seed, draw), changes, &self.alphabet, draw)
            }
            9..=14 => {
                let seed = seed(draw);
                let changes = 1 + draw.below(3);
                mutate(seed.to_owned(), changes, &self.alphabet, draw)
            }
            15 => long(seed(draw), draw),
            _ => {
                let text = with_date(seed(draw), draw);
                let changes = draw.below(6).saturating_sub(4);
                mutate(text, changes, &self.alphabet, draw)
            }
        }
    }

    /// A text's bytes, or bytes that are no text.
    pub fn bytes(&self, draw: &mut Draw) -> Vec<u8> {
        let byte = |draw: &mut Draw| draw.below(0x100) as u8;
        if draw.one_in(10) {
            return (0..draw.below(40)).map(|_| byte(draw)).collect();
        }
        let mut bytes = self.text(draw).into_bytes();
        if draw.one_in(5) {
            for _ in 0..=draw.below(2) {
                let at = draw.below(bytes.len() + 1);
                match bytes.get_mut(at) {
                    Some(place) if draw.one_in(2) => *place = byte(draw),
                    _ => bytes.insert(at, byte(draw)),
                }
            }
        }
        bytes
    }
}

/// A date, in the place of a field where the seed has fields.
fn with_date(seed: &str, draw: &mut Draw) -> String {
    let starts: Vec<usize> = seed
        .match_indices(['|', '='])
        .map(|(at, _)| at + 1)
        .collect();
    let Some(start) = starts.get(draw.below(starts.len())) else {
        return date(draw);
    };
    let (before, field) = seed.split_at(*start);
    let after = field.find(['|', ';']).map_or("", |end| &field[end..]);
    format!("{before}{}{after}", date(draw))
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
