"""The rules that are shape alone: a hand-written regular expression for each, and values to judge.

Every rule of layer `shape` in hcw.validators stands here or in OTHERS: the bench refuses a rule that it does not know.
A value is an SQL expression over i = 0, 1, 2 …; of the values of a rule most are valid. On them the expression must
answer as the rule does.
"""

DIGITS = "lpad((i::bigint * 48271 % {})::text, {}, '0')"


def digits(count):
    return DIGITS.format(10**count, count)


L = "[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]"
C = "[0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]"
X = "[0-9A-Fa-f]"
SSN = r"(?!000|666|9)[0-9]{3}(-(?!00)[0-9]{2}-|(?!00)[0-9]{2})(?!0000)[0-9]{4}"
NO_SPECIMEN = "(?!078-?05-?1120|219-?09-?9999|457-?55-?5462)"
STATES = (
    "A[LKZRSEAP]|C[AOT]|D[CE]|F[LM]|G[AU]|HI|I[DLNA]|K[SY]|LA|M[EDAINSOTHP]|N[EVHJMYCD]|O[HKR]|P[AWR]|RI|S[CD]|T[NX]|UT|V[TAI]|W[AVIY]"
)
DAY = (
    r"(([0-9]{{3}}[1-9]|[0-9]{{2}}[1-9]0|[0-9][1-9]00|[1-9]000){0}((0[13578]|1[02]){0}(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11){0}(0[1-9]|[12][0-9]|30)|02{0}(0[1-9]|1[0-9]|2[0-8]))"
    r"|([0-9]{{2}}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00){0}02{0}29)"
)
YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,9})?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
MDY = (
    "((0?[13578]|1[02])/(0?[1-9]|[12][0-9]|3[01])|(0?[469]|11)/(0?[1-9]|[12][0-9]|30)|0?2/(0?[1-9]|1[0-9]|2[0-8]))"
    "/(1[89]|[2-9][0-9])[0-9]{2}|0?2/29/((1[89]|[2-9][0-9])(0[48]|[2468][048]|[13579][26])|([2468][048]|[3579][26])00)"
)
SOME_DAY = "to_char(date '1930-01-01' + (i::bigint * 48271 % 34000)::int, '{}')"
ZIP = r"(0050[1-9]|005[1-9][0-9]|00[6-9][0-9]{2}|0[1-9][0-9]{3}|[1-8][0-9]{4}|9[0-8][0-9]{3}|99[0-8][0-9]{2}|999[0-4][0-9]|99950)([- ]?[0-9]{4})?"

# code: pattern between ^\s* and \s*$, value
SHAPES = {
    "mbi": (rf"[1-9]{L}{C}[0-9](-{L}{C}[0-9]-|{L}{C}[0-9]){L}{{2}}[0-9]{{2}}", "'1EG4TE5MK' || 10 + i % 89"),
    "hicn": (rf"{NO_SPECIMEN}{SSN}-?[A-Za-z][A-Za-z0-9]?", "'123' || " + digits(6) + " || 'A'"),
    "ssn": (rf"{NO_SPECIMEN}{SSN}", "'123-' || " + digits(2) + " || '-' || " + digits(4)),
    "itin": (r"9[0-9]{2}(-(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])-|(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9]))[0-9]{4}", "'9' || " + digits(2) + " || 70 + i % 19 || " + digits(4)),
    "ein": (r"(0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])-?[0-9]{7}", digits(2) + " || '-' || " + digits(7)),
    "clia": (r"[0-9]{2}[Dd][0-9]{7}", "'05D' || " + digits(7)),
    "ccn": (
        r"([0-57][0-9]|6[4-9]|8[0-9]|9[0-79]|[Aa][0-9]|[Bb][0-2])([0-9]{3}[1-9EFef]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000"
        r"|[ABE-HJ-MPR-UWZabe-hj-mpr-uwz][0-9]{3}|[CDXcdx][0-9]{7})",
        "'05' || " + digits(4),
    ),
    "nucc_taxonomy": (r"[0-9][A-Za-z0-9]{8}[Xx]", "'207' || " + digits(6) + " || 'X'"),
    "mrn": (r"(?!0+\s*$|9+\s*$)[A-Za-z0-9._-]{3,32}", digits(8)),
    "us_zip": (ZIP, digits(5)),
    "us_state": (rf"(?i)({STATES})", "(array['MA','ny','TX','ca','WA','DC','PR','XX'])[1 + i % 8]"),
    "phone_e164": (
        r"(([+]?1[ .-]?)?([(][2-9][0-9]{2}[)][ .-]?|[2-9][0-9]{2}[ .-]?)[2-9]([0-9][02-9]|[02-9]1)[ .-]?[0-9]{4}|[+][2-9][0-9]{6,14})",
        "'(' || 200 + i % 800 || ') ' || 222 + i % 700 || '-' || " + digits(4),
    ),
    "email": (
        r"(?=.{1,254}$)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        "'person.' || i || '@mail' || i % 7 || '.example.org'",
    ),
    "uuid": (
        rf"(?!.*00000000-?0000-?0000-?0000-?000000000000)([Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:)?"
        rf"({X}{{32}}|{X}{{8}}-{X}{{4}}-{X}{{4}}-{X}{{4}}-{X}{{12}})",
        "md5(i::text)::uuid",
    ),
    "oid": (r"([Uu][Rr][Nn]:[Oo][Ii][Dd]:)?([01][.]([0-9]|[1-3][0-9])|2[.](0|[1-9][0-9]*))([.](0|[1-9][0-9]*))*", "'2.16.840.1.' || i || '.4.6'"),
    "icd10cm": (r"[A-Za-z][0-9A-Za-z]{2}(\.?[0-9A-Za-z]{1,4})?", "'E' || 10 + i % 89 || '.' || i % 1000"),
    "icd10pcs": (r"[0-9B-DF-HXb-df-hx][0-9A-HJ-NP-Za-hj-np-z]{6}", "'0D' || " + digits(3) + " || 'ZZ'"),
    "icd9cm_dx": (r"([0-9Vv][0-9]{2}([.]?[0-9]{1,2})?|[Ee][0-9]{3}([.]?[0-9])?)", digits(3) + " || '.' || i % 100"),
    "icd9cm_px": (r"[0-9]{2}[.]?[0-9]{1,2}", digits(2) + " || '.' || i % 100"),
    "cvx": (r"(?!0+\s*$)[0-9]{1,3}", digits(3)),
    "rxcui": (r"(?!0+\s*$)[0-9]{1,8}", "(i * 7)::text"),
    "ndc": (
        r"([0-9]{11}|[0-9]{4}(-[0-9]{4}-| [0-9]{4} )[0-9]{2}|[0-9]{5}(-[0-9]{3}-| [0-9]{3} )[0-9]{2}|[0-9]{5}(-[0-9]{4}-| [0-9]{4} )[0-9]{1,2})",
        digits(5) + " || case when i % 2 = 0 then '-4072-05' else '407205' end",
    ),
    "cpt": (r"[0-9]{4}[0-9FTUMAftuma]", digits(5)),
    "hcpcs": (r"[A-CEGHJ-MP-Va-ceghj-mp-v][0-9]{4}", "'G' || " + digits(4)),
    "modifier": (r"(?!00)[0-9A-Za-z]{2}", digits(2)),
    "cdt": (r"[Dd][0-9]{4}", "'D' || " + digits(4)),
    "apr_drg": (r"((?!000)[0-9]{3}(-?[1-4])?|95[56]-?0)", digits(3) + " || '-' || 1 + i % 4"),
    "apc": (r"(?!0+\s*$)[0-9]{1,4}", digits(4)),
    "revenue_code": (r"(?!0+\s*$)[0-9]{3,4}", digits(4)),
    "carc": (r"((CO|PR|OA|PI|CR|co|pr|oa|pi|cr)-)?([1-9][0-9]{0,2}|[ABDPWYabdpwy][0-9]{1,2})", "'CO-' || 1 + i % 300"),
    "rarc": (r"([MNmn][1-9][0-9]{0,2}|[Mm][Aa]([1-9][0-9]{1,2}|0[1-9]))", "'N' || 1 + i % 900"),
    "date_hl7": (
        rf"({YEAR}(0[1-9]|1[0-2])?|{DAY.format('')}(([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9]([.][0-9]{{1,4}})?)?)?)?)"
        r"([+-]((0[0-9]|1[0-3])[0-5][0-9]|1400))?",
        SOME_DAY.format("YYYYMMDD") + " || '101500'",
    ),
    "date_fhir": (rf"({YEAR}(-(0[1-9]|1[0-2]))?|{DAY.format('-')})", SOME_DAY.format("YYYY-MM-DD")),
    "datetime_fhir": (
        rf"({YEAR}(-(0[1-9]|1[0-2]))?|{DAY.format('-')}(T{CLOCK})?)",
        SOME_DAY.format("YYYY-MM-DD") + " || 'T10:15:00Z'",
    ),
    "instant_fhir": (rf"{DAY.format('-')}T{CLOCK}", SOME_DAY.format("YYYY-MM-DD") + " || 'T10:15:00Z'"),
    "date_x12_d8": (DAY.format(""), SOME_DAY.format("YYYYMMDD")),
    "date_us_mdy": (rf"({MDY}|{MDY.replace('/', '-')})", SOME_DAY.format("FMMM/FMDD/YYYY")),
    "safe_harbor_age": (r"(0?[0-9]{1,2}|1[01][0-9]|120|90[+])", "(i % 130)::text"),
    "safe_harbor_zip3_2020": (ZIP, digits(5)),
}

# rules of layer shape that no single regular expression can say, and why
CHECK_DIGIT = "a check digit"
ORDER = "compares the values within it"
OTHERS = {
    **dict.fromkeys(
        [
            *("npi", "dea", "nhs_number", "ca_bc_phn", "ca_on_hcn", "au_ihi", "au_hpii", "au_hpio", "au_medicare"),
            *("gtin", "luhn", "verhoeff", "loinc", "loinc_cdcrec_mod10", "snomed_sctid"),
        ],
        CHECK_DIGIT,
    ),
    **dict.fromkeys(["date_x12_rd8", "plausible_dates", "year2_pivot", "icd10cm_on_date"], ORDER),
    "date_auto": "one reading of several",
    "date_excel1900": "a number's range",
    "date_sas": "a number's range",
}
