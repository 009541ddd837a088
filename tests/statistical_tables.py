"""Small tables in the layouts of statistical offices; every figure is invented."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

#: Lines that the Refugee Data Finder writes above its headings.
UNHCR_PREAMBLE = """\
"UNHCR's Refugee Data Finder"
"Extracted 2026-10-04"

"Population figures"
"Data on forcibly displaced and stateless persons"
"""
UNHCR_POPULATION = (
    UNHCR_PREAMBLE
    + """\
Year,"Country of origin","Country of origin (ISO)","Country of asylum","Country of asylum (ISO)",\
"Refugees under UNHCR's mandate",Asylum-seekers,"Returned refugees","IDPs of concern to UNHCR","Returned IDPss",\
"Stateless persons","Others of concern","Other people in need of international protection","Host Community"
1990,"Old Shore",OLD,"New Shore",NEW,12340,215,0,0,0,0,0,-,-
1991,"Old Shore",OLD,"New Shore",NEW,13115,5,640,0,0,0,0,-,-
1991,"Old Shore",OLD,"Old Shore",OLD,0,0,0,2500,300,0,0,-,-
"""
)
UNHCR_SUPPRESSED = """\
"Extracted from the UNHCR Population Statistics Reference Database","United Nations High Commissioner for Refugees"
"Date extracted: 2017-08-19 16:35:40 +02:00"

"http://popstats.unhcr.org/en/persons_of_concern"
Year,"Country / territory of asylum/residence",Origin,"Refugees (incl. refugee-like situations)",\
"Asylum-seekers (pending cases)","Returned refugees","Internally displaced persons (IDPs)","Returned IDPs",\
"Stateless persons","Others of concern","Total Population"
1990,"New Shore","Old Shore",12340,*,,,,,,12342
1991,"New Shore","Old Shore",5,27,*,,,,,35
"""
UNHCR_APPLICATIONS = """\
Year,"Country of origin","Country of origin (ISO)","Country of asylum","Country of asylum (ISO)",Authority,\
"Application type","Stage of procedure","Cases / Persons",applied
2001,"Old Shore",OLD,"New Shore",NEW,G,N,FI,P,1230
2001,"Old Shore",OLD,"New Shore",NEW,G,R,FI,P,45
2001,"Old Shore",OLD,"Far Shore",FAR,G,N,FI,C,310
"""
UNHCR_DECISIONS = """\
Year,"Country of origin","Country of origin (ISO)","Country of asylum","Country of asylum (ISO)",Authority,\
"Stage of procedure","Cases / Persons","Recognized decisions","Complementary protection","Rejected decisions",\
"Otherwise closed","Total decisions"
2001,"Old Shore",OLD,"New Shore",NEW,G,FI,P,120,10,310,5,445
"""
UNHCR_SOLUTIONS = """\
Year,"Country of origin","Country of origin (ISO)","Country of asylum","Country of asylum (ISO)",\
"Returned refugees","Resettlement arrivals",Naturalisation,"Returned IDPss"
2001,"Old Shore",OLD,"New Shore",NEW,640,210,35,0
"""
EUROSTAT_IMMIGRATION = (
    "freq,partner,agedef,age,unit,sex,geo\\TIME_PERIOD\t2018 \t2019 \t2020 \n"
    "A,OS,COMPLET,TOTAL,NR,T,NS\t1234 \t1310 b\t1290 ep\n"
    "A,OS,COMPLET,TOTAL,NR,F,NS\t612 \t655 b\t: \n"
    "A,OS,REACH,TOTAL,NR,T,NS\t1234 \t1310 b\t1290 ep\n"
    "A,TOTAL,COMPLET,TOTAL,NR,T,NS\t9100 \t: c\t8800 p\n"
)
EUROSTAT_OLDER = "citizen,sex,age,unit,geo\\time\t2019 \t2018 \nOS,T,TOTAL,PER,NS\t25 \t: \n"
SDMX_EUROSTAT = """\
DATAFLOW,LAST UPDATE,freq,citizen,sex,age,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS
ESTAT:MIGR_POP1CTZ(1.0),28/08/26 23:00:00,A,OS,T,TOTAL,NR,NS,2019,4321,,
ESTAT:MIGR_POP1CTZ(1.0),28/08/26 23:00:00,A,OS,T,TOTAL,NR,NS,2020,,bc,C
ESTAT:MIGR_POP1CTZ(1.0),28/08/26 23:00:00,A,OS,F,TOTAL,NR,NS,2020,2100,p,
"""
SDMX_OFFICE = """\
STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA: Reference area,CITIZENSHIP: Citizenship,MEASURE: Measure,\
UNIT_MEASURE: Unit,TIME_PERIOD: Time period,OBS_VALUE,OBS_STATUS: Status,UNIT_MULT: Multiplier
dataflow,OFFICE:MIG(1.0),I,004: New Shore,008: Old Shore,B11: Inflows,PS: Persons,2019,12.5,E: Estimated,3: Thousands
dataflow,OFFICE:MIG(1.0),I,004: New Shore,008: Old Shore,B11: Inflows,PS: Persons,2019-Q1,99,A: Normal,0: Units
"""

_SDMX = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_URN = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=ESTAT:MIGR_POP1CTZ(1.0)"
SDMX_ML = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<m:StructureSpecificData xmlns:m="{_SDMX}/message" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:ss="{_SDMX}/data/structurespecific" xmlns:c="{_SDMX}/common" xmlns:ns1="{_URN}:ObsLevelDim:TIME_PERIOD">
<m:Header><m:ID>X</m:ID><m:Test>false</m:Test><m:Prepared>2026-10-04T10:00:00</m:Prepared><m:Sender id="ESTAT"/>
<m:Structure namespace="{_URN}" dimensionAtObservation="TIME_PERIOD" structureID="MIGR_POP1CTZ"><c:Structure>
<Ref agencyID="ESTAT" id="MIGR_POP1CTZ" version="1.0"/></c:Structure></m:Structure></m:Header>
<m:DataSet ss:dataScope="DataStructure" xsi:type="ns1:DataSetType" ss:structureRef="MIGR_POP1CTZ">
<Series freq="A" citizen="004" sex="T" age="TOTAL" unit="NR" geo="NS"><Obs TIME_PERIOD="2019" OBS_VALUE="4321"/>
<Obs TIME_PERIOD="2020" OBS_VALUE="4400" OBS_FLAG="p"/><Obs TIME_PERIOD="2021" OBS_FLAG="c"/></Series>
</m:DataSet></m:StructureSpecificData>
"""

DESA_HEADINGS = [
    "Index",
    "Region, development group, country or area of destination",
    "Notes of destination",
    "Location code of destination",
    "Type of data of destination",
    "Region, development group, country or area of origin",
    "Location code of origin",
]
DESA_ROWS: list[list[object]] = [
    ["United Nations"],
    ["Population Division"],
    ["International Migrant Stock 2020"],
    [],
    [*[""] * 7, "both sexes combined", "", "male", "", "female", ""],
    [*DESA_HEADINGS, 1990, 2020, 1990, 2020, 1990, 2020],
    [1, "WORLD", "", 900, "", "WORLD", 900, 90000, 120000, 46000, 61000, 44000, 59000],
    [2, "New Shore*", 5, 4, "B R", "   Old Shore", 8, 1200, 1750, 600, 900, 600, 850],
    [3, "New Shore*", 5, 4, "C", "Far Shore", 12, "..", 40, "..", 25, "..", 15],
    [4, "New Shore*", 5, 4, "I", "WORLD", 900, 5000, "-", 2600, "-", 2400, "-"],
    ["", "Notes: figures are invented"],
]


def write_workbook(path: Path, rows: Sequence[Sequence[object]], sheet: str = "Table 1") -> Path:
    """Write rows as an XLSX workbook of one sheet."""
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    lines: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells: list[str] = []
        for column, value in enumerate(row):
            place = f"{chr(65 + column)}{number}"
            if isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif value:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return path
