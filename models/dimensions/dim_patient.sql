with

ehr_patients as (
    select mrn, ssn, mbi, first_name, last_name, sex, zip, state, phone, birth_on
    from {{ ref('stg_ehr__patients') }}
    where is_current
),

api_patients as (
    select patient_id, mrn, first_name, last_name, sex, birth_precision, birth_year, birth_month, birth_on
    from {{ ref('stg_api__patients') }}
    where is_current
),

-- the same person when the same issuer's record number says so; the EHR's word first, the API fills what is missing
merged as (
    select
        coalesce(ehr_patients.mrn, api_patients.patient_id) as patient_id,
        coalesce(ehr_patients.mrn, api_patients.mrn) as mrn,
        ehr_patients.ssn,
        ehr_patients.mbi,
        coalesce(ehr_patients.first_name, api_patients.first_name) as first_name,
        coalesce(ehr_patients.last_name, api_patients.last_name) as last_name,
        coalesce(ehr_patients.sex, api_patients.sex) as sex,
        ehr_patients.zip,
        ehr_patients.state,
        ehr_patients.phone,
        case when ehr_patients.birth_on is not null then 'day' else api_patients.birth_precision end as birth_precision,
        coalesce(extract(year from ehr_patients.birth_on)::int, api_patients.birth_year) as birth_year,
        coalesce(extract(month from ehr_patients.birth_on)::int, api_patients.birth_month) as birth_month,
        ehr_patients.mrn is not null as is_in_ehr,
        api_patients.patient_id is not null as is_in_api,
        coalesce(ehr_patients.birth_on, api_patients.birth_on) as birth_on
    from ehr_patients
    full outer join api_patients on ehr_patients.mrn = api_patients.patient_id
),

final as (
    select
        row_number() over (order by patient_id collate "C")::int as patient_key,
        patient_id,
        mrn,
        ssn,
        mbi,
        first_name,
        last_name,
        sex,
        zip,
        state,
        phone,
        birth_precision,
        birth_year,
        birth_month,
        case
            when birth_on is not null then extract(year from age(date '{{ var("as_of_date") }}', birth_on))::int
        end as age_years,
        is_in_ehr,
        is_in_api,
        birth_on
    from merged
    union all
    select -1, 'UNKNOWN', null, null, null, null, 'Unknown', null, null, null, null, null, null, null, null, false, false, null
)

select * from final
