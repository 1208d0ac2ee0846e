-- every day from January 1 of the first year that a fact or the as-of date falls in, to December 31 of the last one
with

appointments as (
    select appointment_on from {{ ref('stg_ehr__appointments') }}
),

api_appointments as (
    select appointment_on from {{ ref('stg_api__appointments') }}
),

diagnoses as (
    select diagnosed_on from {{ ref('stg_ehr__diagnoses') }}
),

treatments as (
    select treated_on from {{ ref('stg_ehr__treatments') }}
),

charges as (
    select service_on from {{ ref('stg_billing__charges') }}
),

extremes as (
    select min(appointment_on) as first_on, max(appointment_on) as last_on from appointments
    union all
    select min(appointment_on), max(appointment_on) from api_appointments
    union all
    select min(diagnosed_on), max(diagnosed_on) from diagnoses
    union all
    select min(treated_on), max(treated_on) from treatments
    union all
    select min(service_on), max(service_on) from charges
    union all
    select date '{{ var("as_of_date") }}', date '{{ var("as_of_date") }}'
),

bounds as (
    select
        date_trunc('year', min(first_on))::date as first_on,
        (date_trunc('year', max(last_on)) + interval '1 year - 1 day')::date as last_on
    from extremes
),

days as (
    select (bounds.first_on + day_number)::date as calendar_on
    from bounds
    cross join lateral generate_series(0, bounds.last_on - bounds.first_on) as day_number
),

final as (
    select
        to_char(calendar_on, 'YYYYMMDD')::int as date_key,
        to_char(calendar_on, 'YYYY-MM') as year_month,
        extract(year from calendar_on)::int as calendar_year,
        extract(quarter from calendar_on)::int as calendar_quarter,
        extract(month from calendar_on)::int as calendar_month,
        extract(isodow from calendar_on)::int as iso_weekday,
        extract(isodow from calendar_on) in (6, 7) as is_weekend,
        calendar_on > date '{{ var("as_of_date") }}' as is_after_as_of_date,
        calendar_on
    from days
    union all
    select -1, 'UNKNOWN', null, null, null, null, null, null, null
)

select * from final
