/** A hatch that tells returns apart where colours do not. */
export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch-ground" width={6} height={6} />
        <rect class="hatch-line" width={2.4} height={6} />
      </pattern>
    </defs>
  );
}
