-- each usable charge row once, with what it adds to the bill after voids (8), replacements (7) and adjustments (ADJ)
with

charges as (
    select
        charge_id, original_charge_id, appointment_id, provider_id, service_line_code, frequency_code, hcpcs, hcpcs_reason,
        amount_usd, service_on
    from {{ ref('stg_billing__charges') }}
    where is_current
),

-- what was done to a charge that is named as original; a row cannot cancel itself
cancellations as (
    select
        original_charge_id,
        bool_or(frequency_code = '8') as is_voided,
        bool_or(frequency_code = '7') as is_replaced,
        max(charge_id collate "C") filter (where frequency_code = '7') as last_replacement_id
    from charges
    where frequency_code in ('7', '8') and original_charge_id <> charge_id
    group by original_charge_id
),

originals as (
    select charge_id, original_charge_id
    from charges
    where frequency_code <> '1' and original_charge_id is not null
),

stated as (
    select
        charges.charge_id,
        case
            when charges.frequency_code = '1' then charges.charge_id
            else coalesce(originals.original_charge_id, charges.original_charge_id, charges.charge_id)
        end as line_charge_id,
        charges.appointment_id,
        charges.provider_id,
        charges.service_line_code,
        charges.frequency_code,
        charges.hcpcs,
        charges.hcpcs_reason,
        case
            when charges.frequency_code = '8' then 'void'
            when own_cancellations.is_voided then 'voided'
            when own_cancellations.is_replaced then 'replaced'
            -- of several replacements of one charge the last by id stands
            when charges.frequency_code = '7' and charges.charge_id <> original_cancellations.last_replacement_id then 'replaced'
            -- an adjustment falls with the charge that it adjusts
            when charges.frequency_code = 'ADJ' and original_cancellations.is_voided then 'voided'
            when charges.frequency_code = 'ADJ' and original_cancellations.is_replaced then 'replaced'
            else 'effective'
        end as charge_state,
        coalesce(charges.amount_usd, 0) as amount_usd,
        charges.service_on
    from charges
    left join originals on charges.original_charge_id = originals.charge_id
    left join cancellations as own_cancellations on charges.charge_id = own_cancellations.original_charge_id
    left join cancellations as original_cancellations on charges.original_charge_id = original_cancellations.original_charge_id
),

final as (
    select
        charge_id,
        line_charge_id,
        appointment_id,
        provider_id,
        service_line_code,
        frequency_code,
        hcpcs,
        hcpcs_reason,
        charge_state,
        amount_usd,
        case when charge_state = 'effective' then amount_usd else 0 end as net_amount_usd,
        service_on
    from stated
)

select * from final
