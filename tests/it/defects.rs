//! Every labelled defect of the example's data got the action that its label expects.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;

use crate::example::{build, example, repository};

/// A defect's kind: source, field, defect. Its check: true where the action was taken for the key `k`.
const CHECKS: [((&str, &str, &str), &str); 22] = [
    (
        ("api/Appointment", "status", "entered_in_error"),
        "not exists (select from marts.fct_appointments where appointment_id = k)",
    ),
    (
        ("ehr/appointments", "*", "also_in_api"),
        "exists (select from marts.fct_appointments where appointment_id = k and source = 'ehr/appointments')",
    ),
    (
        ("ehr/appointments", "*", "exact_duplicate"),
        "(select count(*) from marts.fct_appointments where appointment_id = k) = 1
            and (select count(*) from staging.stg_ehr__appointments where appointment_id = k) = 2",
    ),
    (
        ("ehr/appointments", "*", "later_version"),
        "exists (
            select from marts.fct_appointments as fact
            where fact.appointment_id = k
                and fact.updated_at = (select max(updated_at) from staging.stg_ehr__appointments where appointment_id = k)
        )",
    ),
    (
        ("ehr/appointments", "appt_start", "invalid_date"),
        "exists (select from quarantined where id = k and field = 'appt_start' and reason in ('range', 'structure'))
            and not exists (select from marts.fct_appointments where appointment_id = k)",
    ),
    (
        ("ehr/appointments", "appt_start", "implausible_date"),
        "exists (select from quarantined where id = k and field = 'appt_start' and reason = 'implausible')
            and not exists (select from marts.fct_appointments where appointment_id = k)",
    ),
    (
        ("ehr/appointments", "status", "unknown_code"),
        "exists (select from quarantined where id = k and field = 'status' and reason = 'unassigned')
            and not exists (select from marts.fct_appointments where appointment_id = k)",
    ),
    (
        ("ehr/appointments", "clinic_id", "missing"),
        "exists (select from marts.fct_appointments where appointment_id = k and clinic_key = -1 and department_key = -1)
            or exists (select from quarantined where id = k)",
    ),
    (
        ("ehr/appointments", "clinic_id", "orphan_fk"),
        "exists (select from marts.fct_appointments where appointment_id = k and clinic_key = -1 and department_key = -1)
            or exists (select from quarantined where id = k)",
    ),
    (
        ("ehr/appointments", "provider_id", "orphan_fk"),
        "exists (select from marts.fct_appointments where appointment_id = k and provider_key = -1)
            or exists (select from quarantined where id = k)",
    ),
    (
        ("ehr/patients", "*", "exact_duplicate"),
        "(select count(*) from dimensions.dim_patient where patient_id = k) = 1
            and (select count(*) from staging.stg_ehr__patients where mrn = k) >= 2",
    ),
    (
        ("ehr/patients", "dob", "excel_serial"),
        "(select birth_on = date '1899-12-30' + (select max(dob)::integer from raw_ehr.patients where btrim(mrn) = k)
            from dimensions.dim_patient where patient_id = k)",
    ),
    (
        ("ehr/patients", "dob", "us_format"),
        "(select birth_on = to_date((select max(dob) from raw_ehr.patients where btrim(mrn) = k), 'MM/DD/YYYY')
            from dimensions.dim_patient where patient_id = k)",
    ),
    (
        ("ehr/patients", "dob", "sentinel_date"),
        "(select bool_and(birth_on is null and birth_on_reason = 'implausible')
            from staging.stg_ehr__patients where mrn = k)",
    ),
    (
        ("ehr/patients", "ssn", "ssn_invalid"),
        "(select bool_and(ssn is null and ssn_reason in ('range', 'reserved'))
            from staging.stg_ehr__patients where mrn = k)",
    ),
    (
        ("ehr/patients", "mbi", "mbi_charset"),
        "(select bool_and(mbi is null and mbi_reason = 'charset') from staging.stg_ehr__patients where mrn = k)",
    ),
    (
        ("ehr/patients", "zip", "zip_lost_leading_zero"),
        "(select zip = lpad((select max(zip) from raw_ehr.patients where btrim(mrn) = k), 5, '0')
            from dimensions.dim_patient where patient_id = k)",
    ),
    (
        ("ehr/providers", "npi", "npi_checksum"),
        "exists (select from dimensions.dim_provider where provider_id = k and npi is null and npi_reason = 'checksum')",
    ),
    (
        ("ehr/providers", "npi", "npi_range"),
        "exists (select from dimensions.dim_provider where provider_id = k and npi is null and npi_reason = 'range')",
    ),
    (
        ("ehr/treatments", "treatment_date", "before_diagnosis"),
        "exists (select from quarantined where id = k and field = 'treatment_date' and reason = 'implausible')
            and not exists (select from marts.fct_treatments where treatment_id = k)",
    ),
    (
        ("ehr/treatments", "treatment_date", "missing"),
        "exists (select from quarantined where id = k and field = 'treatment_date' and reason = 'empty')
            and not exists (select from marts.fct_treatments where treatment_id = k)",
    ),
    (
        ("ehr/diagnoses", "icd10", "icd_invalid"),
        // kept, and flagged where a release of the code list covers the day
        "exists (
            select from marts.fct_diagnoses as fact
            where diagnosis_id = k
                and (
                    (diagnosis_key = -1 and icd10cm_reason is not null)
                    or not exists (
                        select from hcw_codes.releases
                        where system = 'icd10cm' and diagnosed_on between effective_from and effective_to
                    )
                )
        )",
    ),
];

/// Defects of charges, by the same rule.
const CHARGE_CHECKS: [((&str, &str, &str), &str); 7] = [
    (
        ("billing/charges", "frequency_code", "voided"),
        "exists (select from marts.fct_charges where charge_id = k and is_voided and net_amount_usd = 0)",
    ),
    (
        ("billing/charges", "frequency_code", "replaced"),
        "exists (
            select from marts.fct_charges as fact
            inner join staging.stg_billing__charges as replacement on replacement.charge_id = k || 'R'
            where fact.charge_id = k and fact.is_replaced and fact.net_amount_usd = replacement.amount_usd
        )",
    ),
    (
        ("billing/charges", "frequency_code", "adjustment"),
        "exists (
            select from marts.fct_charges as fact
            inner join staging.stg_billing__charges as adjustment on adjustment.charge_id = k || 'A'
            inner join staging.stg_billing__charges as original on original.charge_id = k
            where fact.charge_id = k and fact.is_adjusted
                and fact.net_amount_usd = original.amount_usd + adjustment.amount_usd
        )",
    ),
    (
        ("billing/charges", "amount", "unparseable_amount"),
        "exists (select from quarantined where id = k and field = 'amount')
            and not exists (select from marts.fct_charges where charge_id = k)",
    ),
    (
        ("billing/charges", "service_line_code", "orphan_fk"),
        "exists (select from marts.fct_charges where charge_id = k and service_line_key = -1)",
    ),
    (
        ("billing/charges", "*", "exact_duplicate"),
        "(select count(*) from marts.fct_charges where charge_id = k) = 1
            and (select count(*) from staging.stg_billing__charges where charge_id = k) = 2",
    ),
    (
        ("billing/charges", "hcpcs", "hcpcs_format"),
        "exists (
            select from marts.fct_charges as fact
            inner join raw_billing.charges as raw on raw.charge_id = k
            where fact.charge_id = k
                and (fact.hcpcs = upper(raw.hcpcs) or (fact.hcpcs is null and fact.hcpcs_reason is not null))
        )",
    ),
];

/// Source rows in the quarantine with their own id, which the quarantine does not repeat.
const QUARANTINED: &str = "
    create temporary view quarantined as
    select quarantine.source, quarantine.field, quarantine.reason, raw.id
    from marts.quarantine as quarantine
    inner join (
        select 'ehr/appointments' as source, _file, _row, appointment_id as id from raw_ehr.appointments
        union all
        select 'ehr/treatments', _file, _row, treatment_id from raw_ehr.treatments
        union all
        select 'billing/charges', _file, _row, charge_id from raw_billing.charges
    ) as raw
        on raw.source = quarantine.source
        and raw._file = quarantine._file
        and raw._row = quarantine._row";

#[test]
fn every_labelled_defect_got_its_action() {
    let warehouse = example();
    build(&warehouse, None);
    let path = repository().join("tests/fixtures/answers/composite_a/defects.csv.gz");
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).expect("the labels"))
        .read_to_string(&mut text)
        .expect("is read");
    let mut labels: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.expect("a label");
        let kind = (
            record[0].to_owned(),
            record[2].to_owned(),
            record[3].to_owned(),
        );
        labels.entry(kind).or_default().push(record[1].to_owned());
    }
    let total: usize = labels.values().map(Vec::len).sum();
    assert_eq!(total, 3180);
    warehouse.query(QUARANTINED);
    let mut missed = Vec::new();
    for ((source, field, defect), keys) in &labels {
        let check = CHECKS
            .iter()
            .chain(&CHARGE_CHECKS)
            .find(|(kind, _)| *kind == (source.as_str(), field.as_str(), defect.as_str()))
            .unwrap_or_else(|| panic!("no check for {source} {field} {defect}"))
            .1;
        let keys: Vec<String> = keys.iter().map(|key| format!("('{key}')")).collect();
        let query = format!(
            "select k from (values {}) as keys (k) where ({check}) is not true order by k",
            keys.join(", ")
        );
        let left = warehouse.lines(&query);
        if !left.is_empty() {
            missed.push(format!(
                "{source} {field} {defect}: {}",
                left.replace('\n', " ")
            ));
        }
    }
    assert_eq!(missed.join("\n"), "");
}
