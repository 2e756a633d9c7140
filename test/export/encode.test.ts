import {expect, test} from 'vitest'
import {encodeParameters} from '#runtime/export/encode.ts'

test.each([
  {value: 'a {{b}}', encoded: [{type: 'TEMPLATE', key: 'k', value: 'a {{b}}'}]},
  {value: '', encoded: [{type: 'TEMPLATE', key: 'k'}]},
  {value: 1500, encoded: [{type: 'TEMPLATE', key: 'k', value: '1500'}]},
  {value: true, encoded: [{type: 'BOOLEAN', key: 'k', value: 'true'}]},
  {value: false, encoded: [{type: 'BOOLEAN', key: 'k', value: 'false'}]},
  {value: undefined, encoded: []},
  {value: [], encoded: []},
  {value: ['x'], encoded: [{type: 'LIST', key: 'k', list: [{type: 'TEMPLATE', value: 'x'}]}]},
  {
    value: [{name: 'n', on: false, gone: undefined}],
    encoded: [
      {
        type: 'LIST',
        key: 'k',
        list: [
          {
            type: 'MAP',
            map: [
              {type: 'TEMPLATE', key: 'name', value: 'n'},
              {type: 'BOOLEAN', key: 'on', value: 'false'},
            ],
          },
        ],
      },
    ],
  },
])('$value is written as Tag Manager writes it', ({value, encoded}) => {
  expect(encodeParameters({k: value})).toEqual(encoded)
})
