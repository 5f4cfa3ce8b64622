"""The clocks of a service request, which quantiles read from the requests themselves."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """What a request's clock measures from its receipt on: until `stopped_by`, less its pauses."""

    meaning: str
    stopped_by: str


# By the name that stands as numerator in a definition of the model 'quantile'.
CLOCKS: Mapping[str, Clock] = {
    "delivery_seconds": Clock("From receipt to delivery, less pauses", "delivered_at"),
    "response_seconds": Clock("From receipt to the first answer, less pauses", "first_response_at"),
}
