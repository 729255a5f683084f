import fc from 'fast-check';
import { parseUnique } from './unique-members.ts';

const runs = { numRuns: 300 * Number(process.env['SCALE'] ?? 1) };

describe('JSON with unique names', () => {
  it('is read as JSON is, whatever is in it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // As text again, since JSON.stringify writes no name twice.
        const once = JSON.stringify(JSON.parse(text));
        expect(parseUnique(once)).toEqual(JSON.parse(once));
      }),
      runs,
    );
  });

  it('is refused when any object in it has a name twice, however it is written', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.jsonValue(),
        fc.array(fc.boolean(), { maxLength: 4 }),
        (name, value, around) => {
          const spelled = JSON.stringify(name);
          const escaped = `"${[...Array(name.length).keys()]
            .map((index) => `\\u${name.charCodeAt(index).toString(16).padStart(4, '0')}`)
            .join('')}"`;
          for (const again of [spelled, escaped]) {
            const twice = `{${spelled}:${JSON.stringify(value)} ,\n${again} : 1}`;
            const nested = around.reduce(
              (text, isArray) => (isArray ? `[0,${text}]` : `{"a":${text},"b":[]}`),
              twice,
            );
            expect(() => parseUnique(nested)).toThrowError(SyntaxError);
          }
        },
      ),
      runs,
    );
  });

  it('may have a name again in another object, and as a value', () => {
    const text = '{"a":{"a":"a"},"b":["a","a",{"a":[]},{"a":{}}],"c":"\\"a\\":1,{"}';
    expect(parseUnique(text)).toEqual(JSON.parse(text));
  });
});
