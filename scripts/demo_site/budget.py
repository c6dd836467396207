"""The figures of the demo city, and the documents made from them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.demo_site.documents import Row, Sheet, csv_table, pdf, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SOURCE = Path(__file__).with_name("budget.toml")


@dataclass(frozen=True, slots=True)
class Budget:
    """The year's budget in euros; income and spending balance."""

    year: int
    approved: str
    income: Sequence[Mapping[str, Any]]
    spending: Sequence[Mapping[str, Any]]
    investment: Sequence[Mapping[str, Any]]

    @property
    def total(self) -> int:
        return sum(int(line["amount"]) for line in self.income)


def euros(amount: int) -> str:
    """An amount as the city writes it: `61 240 000 €`."""
    return f"{amount:,}".replace(",", " ") + " €"


@cache
def load() -> Budget:
    return Budget(**tomllib.loads(_SOURCE.read_text(encoding="utf-8")))


def air() -> list[Row]:
    """Daily means of February 2026: day, NO2, PM10, O3 in micrograms per cubic metre."""
    return [(f"2026-02-{day:02d}", 18 + day * 37 % 19, 11 + day * 23 % 13, 41 + day * 29 % 23) for day in range(1, 29)]


def _lines(rows: Sequence[Mapping[str, Any]], total: int) -> list[tuple[str, str]]:
    shown = [((f"{r['chapter']}. " if "chapter" in r else "") + r["name"], euros(r["amount"])) for r in rows]
    return [*shown, ("Total", euros(total))]


def _budget_pdf() -> bytes:
    b = load()
    invested = sum(int(line["amount"]) for line in b.investment)
    sheets = [
        Sheet(
            f"Presupuesto general {b.year}",
            [
                "Ayuntamiento de Valdeluna",
                f"Aprobado por el Pleno el {b.approved}",
                f"Total: {euros(b.total)}",
            ],
        ),
        Sheet("Estado de ingresos", rows=_lines(b.income, b.total)),
        Sheet("Estado de gastos", rows=_lines(b.spending, b.total)),
        Sheet("Anexo de inversiones", rows=_lines(b.investment, invested)),
        Sheet(
            "Bases de ejecución",
            [
                "Base 1. El presupuesto se ejecuta conforme a estas bases.",
                "Base 2. Los créditos son limitativos por capítulo y programa.",
                "Base 3. La Tesorería informa al Pleno cada trimestre de la ejecución presupuestaria.",
                "Base 4. Toda modificación de crédito se publica en el portal municipal.",
            ],
        ),
    ]
    return pdf(f"Presupuesto general {b.year} del Ayuntamiento de Valdeluna", sheets, "D:20251222")


def _form(title: str, fields: Sequence[str]) -> bytes:
    lines = [f"{field}: ______________________________" for field in fields]
    closing = ["", "Entregue este impreso firmado en el Registro General, Plaza Mayor, 1."]
    return pdf(title, [Sheet(title, [*lines, *closing])], "D:20230516")


def _budget_rows() -> list[Row]:
    b = load()
    head: list[Row] = [("tipo", "capitulo", "concepto", "importe_eur")]
    kinds = (("ingreso", b.income), ("gasto", b.spending))
    return head + [(kind, r["chapter"], r["name"], r["amount"]) for kind, rows in kinds for r in rows]


def makers() -> Mapping[str, Callable[[], bytes]]:
    """What `made` in responses.toml may name."""
    return {
        "budget-pdf": _budget_pdf,
        "budget-csv": lambda: csv_table(_budget_rows()),
        "budget-xlsx": lambda: xlsx(_budget_rows()),
        "air-csv": lambda: csv_table([("dia", "no2_ug_m3", "pm10_ug_m3", "o3_ug_m3"), *air()]),
        "environment-form": lambda: _form(
            "Solicitud de licencia ambiental", ["Titular", "Actividad", "Local", "Potencia instalada"]
        ),
        "wedding-form": lambda: _form("Reserva de fecha para boda civil", ["Contrayentes", "Fecha", "Testigos"]),
    }
