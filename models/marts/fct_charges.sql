with

charges as (
    select
        charge_id, line_charge_id, appointment_id, provider_id, service_line_code, frequency_code, hcpcs, hcpcs_reason,
        charge_state, amount_usd, net_amount_usd, service_on
    from {{ ref('int_charges_netted') }}
),

lines as (
    select
        line_charge_id,
        sum(amount_usd) filter (where frequency_code = '1') as billed_amount_usd,
        coalesce(sum(net_amount_usd) filter (where frequency_code = 'ADJ'), 0) as adjustment_amount_usd,
        sum(net_amount_usd) as net_amount_usd,
        count(*)::int as charge_row_count,
        bool_or(frequency_code = '8') as is_voided,
        bool_or(frequency_code = '7') as is_replaced,
        bool_or(frequency_code = 'ADJ') as is_adjusted
    from charges
    group by line_charge_id
),

-- who, where and what: from the bill that stands, else from the original, else from the first row by id
describing_charges as (
    select distinct on (line_charge_id)
        line_charge_id, appointment_id, provider_id, service_line_code, hcpcs, hcpcs_reason, service_on
    from charges
    order by
        line_charge_id,
        charge_state = 'effective' and frequency_code <> 'ADJ' desc,
        frequency_code = '1' desc,
        charge_id collate "C"
),

appointments as (
    select appointment_id, patient_key, department_key from {{ ref('fct_appointments') }}
),

providers as (
    select provider_key, provider_id from {{ ref('dim_provider') }}
),

service_lines as (
    select service_line_key, service_line_code from {{ ref('dim_service_line') }}
),

dates as (
    select date_key, calendar_on from {{ ref('dim_date') }}
),

final as (
    select
        lines.line_charge_id as charge_id,
        describing_charges.appointment_id,
        coalesce(appointments.patient_key, -1) as patient_key,
        coalesce(providers.provider_key, -1) as provider_key,
        coalesce(appointments.department_key, -1) as department_key,
        coalesce(service_lines.service_line_key, -1) as service_line_key,
        coalesce(dates.date_key, -1) as service_date_key,
        describing_charges.hcpcs,
        describing_charges.hcpcs_reason,
        lines.billed_amount_usd,
        lines.adjustment_amount_usd,
        lines.net_amount_usd,
        lines.charge_row_count,
        lines.is_voided,
        lines.is_replaced,
        lines.is_adjusted,
        describing_charges.service_on
    from lines
    inner join describing_charges on lines.line_charge_id = describing_charges.line_charge_id
    left join appointments on describing_charges.appointment_id = appointments.appointment_id
    left join providers on describing_charges.provider_id = providers.provider_id
    left join service_lines on describing_charges.service_line_code = service_lines.service_line_code
    left join dates on describing_charges.service_on = dates.calendar_on
)

select * from final
