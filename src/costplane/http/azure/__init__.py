"""Operations in the shape of Azure's API; `operations` is their table."""
