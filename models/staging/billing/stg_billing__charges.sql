with

raw_charges as materialized (
    select
        {{ text_or_null('charge_id') }} as charge_id,
        {{ text_or_null('original_charge_id') }} as original_charge_id,
        upper({{ text_or_null('frequency_code') }}) as frequency_code,
        {{ text_or_null('appointment_id') }} as appointment_id,
        {{ text_or_null('provider_id') }} as provider_id,
        upper({{ text_or_null('service_line_code') }}) as service_line_code,
        hcpcs,
        {{ trimmed('amount') }} as amount,
        {{ trimmed('service_date') }} as service_date,
        {{ row_hash(['charge_id', 'original_charge_id', 'frequency_code', 'appointment_id', 'service_line_code', 'hcpcs', 'amount', 'service_date', 'provider_id']) }} as row_hash,
        _file,
        _row
    from {{ source('billing', 'charges') }}
),

layouts as materialized (
    select
        *,
        {{ date_text('service_date') }} as service_text,
        {{ money_reason('amount') }} as amount_reason,
        {{ id_reason('charge_id') }} as charge_id_reason,
        {{ charge_frequency_reason('frequency_code') }} as frequency_reason,
        case when frequency_code in ('7', '8') and original_charge_id is null then 'empty' end as original_reason
    from raw_charges
),

-- a void is carried out whatever its amount says
judged as materialized (
    select
        *,
        {{ date_reason('service_date', 'service_text') }} as service_on_reason,
        coalesce(
            charge_id_reason,
            frequency_reason,
            original_reason,
            case when frequency_code <> '8' then amount_reason end
        ) as quarantine_reason
    from layouts
),

coded as materialized (
    select
        *,
        {{ hcpcs_reason('hcpcs', date_value('service_text', 'service_on_reason')) }} as hcpcs_reason
    from judged
),

final as (
    select
        charge_id,
        original_charge_id,
        appointment_id,
        provider_id,
        service_line_code,
        frequency_code,
        {{ hcpcs_canonical('hcpcs', 'hcpcs_reason') }} as hcpcs,
        hcpcs_reason,
        amount_reason,
        service_on_reason,
        {{ money_value('amount', 'amount_reason') }} as amount_usd,
        {{ date_value('service_text', 'service_on_reason') }} as service_on,
        {{ is_current('charge_id') }} as is_current,
        case
            when charge_id_reason is not null then 'charge_id'
            when frequency_reason is not null then 'frequency_code'
            when original_reason is not null then 'original_charge_id'
            when quarantine_reason is not null then 'amount'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from coded
)

select * from final
