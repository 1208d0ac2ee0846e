//! Whether the dates of one person agree with each other.

use super::calendar::Date;
use super::fhir::parse_full_date;
use crate::alphabet::Alphabet;
use crate::sql::portable::{Body, Portable};
use crate::text::{split_once, trim};
use crate::{About, Canonical, CanonicalForm, Family, Layer, Reason, Source, Validator};

const ALPHABET: Alphabet = super::ALPHABET.with(b"=;");

/// The dates of one person, written `birth=…;service=…;death=…;today=…` with any of the first
/// three left empty. There is no canonical text.
#[derive(Debug)]
pub struct PlausibleDates;

impl Validator for PlausibleDates {
    const ABOUT: &'static About = &About {
        code: "plausible_dates",
        title: "Dates of birth, service and death that agree",
        family: Family::Dates,
        source: Source {
            standard: "CMS, Medicare Code Editor; common data quality practice",
            section: "age over 124 and date order edits, made stricter",
            edition: "declared by the caller",
        },
        layer: Layer::Shape,
        system: None,
        form: CanonicalForm::Absent,
        example: "birth=1950-01-01;service=2024-01-01;death=2024-01-01;today=2025-06-30",
        counterexample: "birth=1950-01-01;service=2026-01-01;death=;today=2025-06-30",
    };

    fn check(input: &[u8]) -> Result<Canonical<'_>, Reason> {
        let text = trim(input)?;
        if !ALPHABET.covers(text) {
            return Err(Reason::Charset);
        }
        let dates = parse(text)?;
        judge(&dates, &PlausibleOptions::default()).map(|()| Canonical::None)
    }

    const PORTABLE: &'static Portable = &Portable {
        helpers: "",
        is_valid: Body::Sql(
            r#"
    select case when value is not null then hcw.plausible_dates_reason(value) is null end
"#,
        ),
        reason: Body::Block(
            r#"
declare
    trimmed text collate "C" := hcw._trim(value);
    names constant text[] collate "C" := array['birth=', 'service=', 'death=', 'today='];
    fields text[] collate "C" := string_to_array(trimmed, ';');
    dates text[] collate "C" := array[]::text[];
    text_of_date text collate "C";
    birth text collate "C";
    service text collate "C";
    death text collate "C";
    today text collate "C";
    fault text collate "C";
begin
    if trimmed = '' then
        return 'empty';
    elsif trimmed !~ '^[A-Za-z0-9 +/:.,_=;-]*$' then
        return 'charset';
    elsif cardinality(fields) <> 4 then
        return 'structure';
    end if;
    for place in 1..4 loop
        if left(fields[place], length(names[place])) <> names[place] collate "C" then
            return 'structure';
        end if;
        text_of_date := nullif(hcw._trim(substr(fields[place], length(names[place]) + 1)), '');
        fault := hcw._first_reason(fault, case
            when text_of_date in ('00000000', '0000-00-00') then 'implausible'
            else hcw._full_date_reason(text_of_date)
        end);
        dates := dates || text_of_date::text;
    end loop;
    birth := dates[1];
    service := dates[2];
    death := dates[3];
    today := dates[4];
    return case
        when fault is not null then fault
        when today is null then 'structure'
        when birth > service or service > death or birth > death
            or birth > today or service > today or death > today
            or hcw._is_placeholder(birth) or hcw._is_placeholder(service) or hcw._is_placeholder(death)
            or birth < '1900'
            or left(service, 4)::int - left(birth, 4)::int
                - case when right(service, 5) < right(birth, 5) then 1 else 0 end > 120
            then 'implausible'
    end;
end
"#,
        ),
        canonical: Body::Sql(
            r#"
    select null::text
"#,
        ),
    };
}

/// The dates of one person; `today` is the caller's, since the crate has no clock.
#[derive(Clone, Copy, Debug)]
pub struct PersonDates {
    /// Day of birth.
    pub birth: Option<Date>,
    /// Day of service.
    pub service: Option<Date>,
    /// Day of death.
    pub death: Option<Date>,
    /// The day of judgement.
    pub today: Date,
}

/// Settings of [`judge`].
#[derive(Clone, Copy, Debug)]
pub struct PlausibleOptions {
    /// How many days after death a service may still be dated.
    pub grace_days: i32,
    /// The highest age at service.
    pub oldest: u32,
    /// Whether a birth before 1900-01-01 fails whatever the age.
    pub strict: bool,
}

impl Default for PlausibleOptions {
    fn default() -> PlausibleOptions {
        PlausibleOptions {
            grace_days: 0,
            oldest: 120,
            strict: true,
        }
    }
}

/// `Implausible` unless birth ≤ service ≤ death ≤ today and no date is a placeholder.
pub fn judge(dates: &PersonDates, options: &PlausibleOptions) -> Result<(), Reason> {
    let PersonDates {
        birth,
        service,
        death,
        today,
    } = *dates;
    let last_service = death.map(|death| death.plus_days(options.grace_days).unwrap_or(death));
    let in_order = |earlier: Option<Date>, later: Option<Date>| {
        earlier
            .zip(later)
            .is_none_or(|(earlier, later)| earlier <= later)
    };
    let ordered = in_order(birth, service)
        && in_order(service, last_service)
        && in_order(birth, death)
        && [birth, service, death]
            .iter()
            .all(|date| in_order(*date, Some(today)));
    let placeholder = [birth, service, death]
        .iter()
        .flatten()
        .any(|date| date.is_sentinel());
    let too_early = options.strict && birth.is_some_and(|birth| birth.year() < 1900);
    let age = birth
        .zip(service)
        .and_then(|(birth, service)| birth.age_on(service));
    if !ordered || placeholder || too_early || age.is_some_and(|age| age > options.oldest) {
        return Err(Reason::Implausible);
    }
    Ok(())
}

/// The four fields; of several reasons the first in order.
fn parse(text: &[u8]) -> Result<PersonDates, Reason> {
    const FIELDS: [&[u8]; 4] = [b"birth", b"service", b"death", b"today"];
    let mut values = [None; 4];
    let mut worst = None;
    let mut fields = text.split(|byte| *byte == b';');
    for (name, value) in FIELDS.iter().zip(&mut values) {
        let field = fields.next().and_then(|field| split_once(field, b'='));
        let Some((given, date)) = field else {
            return Err(Reason::Structure);
        };
        if given != *name {
            return Err(Reason::Structure);
        }
        match trim(date).map(read) {
            Err(_) => {}
            Ok(Ok(date)) => *value = Some(date),
            Ok(Err(reason)) => {
                worst = Some(worst.map_or(reason, |worst: Reason| worst.min(reason)))
            }
        }
    }
    let [birth, service, death, today] = values;
    match (worst, fields.next()) {
        (_, Some(_)) => Err(Reason::Structure),
        (Some(reason), None) => Err(reason),
        (None, None) => Ok(PersonDates {
            birth,
            service,
            death,
            today: today.ok_or(Reason::Structure)?,
        }),
    }
}

/// A full date; all zeros is a placeholder rather than a slip.
fn read(text: &[u8]) -> Result<Date, Reason> {
    match text {
        b"00000000" | b"0000-00-00" => Err(Reason::Implausible),
        _ => parse_full_date(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<Reason> {
        PlausibleDates::reason(text.as_bytes())
    }

    #[test]
    fn order_and_placeholders() {
        for text in [
            "birth=2024-01-02;service=2024-01-01;death=;today=2025-06-30",
            "birth=;service=2024-01-02;death=2024-01-01;today=2025-06-30",
            "birth=2024-01-02;service=;death=2024-01-01;today=2025-06-30",
            "birth=;service=;death=2026-01-01;today=2025-06-30",
            "birth=1900-01-01;service=;death=;today=2025-06-30",
            "birth=1899-12-31;service=1950-01-01;death=;today=2025-06-30",
            "birth=00000000;service=;death=;today=2025-06-30",
        ] {
            assert_eq!(reason(text), Some(Reason::Implausible), "{text}");
        }
        assert_eq!(
            reason("birth=2024-01-01;service=2024-01-01;death=;today=2024-01-01"),
            None
        );
    }

    #[test]
    fn fields() {
        assert_eq!(
            reason("birth=2024;service=;death=;today=2025-06-30"),
            Some(Reason::Precision)
        );
        assert_eq!(
            reason("birth=2024-02-30;service=2024;death=;today=2025-06-30"),
            Some(Reason::Range)
        );
        assert_eq!(
            reason("birth=;service=;death=;today="),
            Some(Reason::Structure)
        );
        assert_eq!(reason("birth=;service=;death="), Some(Reason::Structure));
    }

    #[test]
    fn grace_after_death() {
        let day = |day| Date::new(2024, 1, day);
        let dates = PersonDates {
            birth: None,
            service: day(9),
            death: day(2),
            today: Date::new(2025, 1, 1).unwrap(),
        };
        assert!(judge(&dates, &PlausibleOptions::default()).is_err());
        assert!(
            judge(
                &dates,
                &PlausibleOptions {
                    grace_days: 7,
                    ..Default::default()
                }
            )
            .is_ok()
        );
    }
}
