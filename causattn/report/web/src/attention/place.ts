// Which head is looked at, kept from view to view.

export interface Place {
  layer: number;
  head: number | null;
  open(layer: number, head: number): void;
}
