"""What an opened set of tables says of itself where a notebook shows it."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Shown(ABC):
    """Shows itself in a notebook in paragraphs."""

    @abstractmethod
    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read in one paragraph, or a title and paragraphs below it."""

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002
        exclude: object = None,  # noqa: ARG002
    ) -> dict[str, str]:
        """Show the paragraphs; as plain text the first and the last."""
        title, *below = self.paragraphs()
        if not below:
            return {"text/plain": title}
        markdown = "\n\n".join((f"**{title}**", *below))
        return {"text/markdown": markdown, "text/plain": f"{title}\n{below[-1]}"}
