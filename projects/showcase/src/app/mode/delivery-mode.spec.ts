import { addressInMode, deliveryModeOf } from './delivery-mode.ts';

describe('the delivery mode', () => {
  it('is production unless the address asks for development', () => {
    expect(deliveryModeOf('?mode=development')).toBe('development');
    expect(deliveryModeOf('?mode=production')).toBe('production');
    expect(deliveryModeOf('?mode=anything')).toBe('production');
    expect(deliveryModeOf('')).toBe('production');
  });

  it('is changed in the address without losing the rest of it', () => {
    expect(addressInMode('http://127.0.0.1:3000/team?a=b&mode=production#x', 'development')).toBe(
      'http://127.0.0.1:3000/team?a=b&mode=development#x',
    );
  });
});
