___INFO___

{
  "type": "CLIENT",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "GA4 client",
  "description": "What a server container's GA4 client does, as far as Google documents it: claims /g/collect and /mp/collect, reads the events, runs the container for each, keeps the client id in a cookie.",
  "containerContexts": [
    "SERVER"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "CHECKBOX",
    "name": "activateDefaultPaths",
    "checkboxText": "Default GA4 paths",
    "simpleValueType": true,
    "defaultValue": true
  },
  {
    "type": "CHECKBOX",
    "name": "activateGtagSupport",
    "checkboxText": "Serve gtag.js",
    "simpleValueType": true,
    "defaultValue": false
  },
  {
    "type": "SELECT",
    "name": "cookieManagement",
    "displayName": "Cookies and client identification",
    "simpleValueType": true,
    "defaultValue": "js",
    "selectItems": [
      {
        "value": "js",
        "displayValue": "JavaScript managed"
      },
      {
        "value": "server",
        "displayValue": "Server managed"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "cookieName",
    "displayName": "Cookie name",
    "simpleValueType": true,
    "defaultValue": "FPID"
  },
  {
    "type": "TEXT",
    "name": "cookieDomain",
    "displayName": "Cookie domain",
    "simpleValueType": true,
    "defaultValue": "auto"
  },
  {
    "type": "TEXT",
    "name": "cookiePath",
    "displayName": "Cookie path",
    "simpleValueType": true,
    "defaultValue": "/"
  },
  {
    "type": "TEXT",
    "name": "cookieMaxAgeInSec",
    "displayName": "Cookie age in seconds",
    "simpleValueType": true,
    "defaultValue": "63072000"
  },
  {
    "type": "TEXT",
    "name": "cookieSamesite",
    "displayName": "Cookie SameSite",
    "simpleValueType": true,
    "defaultValue": "lax"
  },
  {
    "type": "CHECKBOX",
    "name": "migrateFromJsClientId",
    "checkboxText": "Migrate from JavaScript managed client id",
    "simpleValueType": true,
    "defaultValue": false
  }
]


___SANDBOXED_JS_FOR_SERVER___

const claimRequest = require('claimRequest');
const extractEventsFromMpv2 = require('extractEventsFromMpv2');
const generateRandom = require('generateRandom');
const getCookieValues = require('getCookieValues');
const getGoogleScript = require('getGoogleScript');
const getRequestHeader = require('getRequestHeader');
const getRequestMethod = require('getRequestMethod');
const getRequestPath = require('getRequestPath');
const getRequestQueryParameter = require('getRequestQueryParameter');
const getTimestampMillis = require('getTimestampMillis');
const isRequestMpv2 = require('isRequestMpv2');
const makeString = require('makeString');
const Math = require('Math');
const returnResponse = require('returnResponse');
const runContainer = require('runContainer');
const setCookie = require('setCookie');
const setResponseBody = require('setResponseBody');
const setResponseHeader = require('setResponseHeader');
const setResponseStatus = require('setResponseStatus');
const sha256Sync = require('sha256Sync');

const path = getRequestPath();
const isCollect = endsWith(path, '/g/collect');
const isMeasurementProtocol = endsWith(path, '/mp/collect');
const isScript = endsWith(path, '/gtag/js') && data.activateGtagSupport;

if (isScript) {
  claimRequest();
  serveScript();
} else if (data.activateDefaultPaths && (isCollect || isMeasurementProtocol)) {
  const isPreflight = getRequestMethod() === 'OPTIONS';
  if (isPreflight || isRequestMpv2()) {
    claimRequest();
    allowOrigin();
    if (isPreflight) answer(204);
    else collect();
  }
}

function collect() {
  const events = extractEventsFromMpv2();
  const clientId = isCollect && data.cookieManagement === 'server' ? keepClientId(events) : undefined;
  let open = events.length;
  if (open === 0) answer(isCollect ? 200 : 204);
  events.forEach((event) => {
    if (clientId) event.client_id = clientId;
    runContainer(event, () => {
      open = open - 1;
      if (open === 0) answer(isCollect ? 200 : 204);
    });
  });
}

// The browser's own id is in a cookie that scripts cannot read; it is renewed with each hit.
function keepClientId(events) {
  const start = 'FPID2.2.';
  const known = getCookieValues(data.cookieName)[0];
  let id = known && known.indexOf(start) === 0 ? known.slice(start.length) : undefined;
  if (!id && data.migrateFromJsClientId && events.length > 0) id = events[0].client_id;
  if (!id) {
    const seed = [getTimestampMillis(), generateRandom(0, 2147483647), generateRandom(0, 2147483647)].join('.');
    id = sha256Sync(seed) + '.' + makeString(Math.floor(getTimestampMillis() / 1000));
  }
  setCookie(data.cookieName, start + id, {
    domain: data.cookieDomain,
    path: data.cookiePath,
    'max-age': data.cookieMaxAgeInSec,
    httpOnly: true,
    secure: true,
    sameSite: data.cookieSamesite
  });
  return id;
}

function serveScript() {
  getGoogleScript('GTAG', {id: getRequestQueryParameter('id')}).then((result) => {
    setResponseHeader('content-type', 'application/javascript; charset=UTF-8');
    if (result.metadata['cache-control']) setResponseHeader('cache-control', result.metadata['cache-control']);
    setResponseBody(result.script);
    answer(200);
  }, () => answer(404));
}

function allowOrigin() {
  const origin = getRequestHeader('origin');
  if (!origin) return;
  setResponseHeader('access-control-allow-origin', origin);
  setResponseHeader('access-control-allow-credentials', 'true');
  setResponseHeader('access-control-allow-headers', 'content-type, x-gtm-server-preview');
}

function answer(status) {
  setResponseStatus(status);
  if (!isScript) {
    setResponseHeader('content-type', 'text/plain');
    setResponseHeader('cache-control', 'no-cache, no-store, must-revalidate');
  }
  returnResponse();
}

function endsWith(text, end) {
  return text.length >= end.length && text.indexOf(end, text.length - end.length) >= 0;
}


___SERVER_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "read_request",
        "versionId": "1"
      },
      "param": [
        {
          "key": "requestAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_response",
        "versionId": "1"
      },
      "param": [
        {
          "key": "writeResponseAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "return_response",
        "versionId": "1"
      },
      "param": []
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "run_container",
        "versionId": "1"
      },
      "param": []
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "get_cookies",
        "versionId": "1"
      },
      "param": [
        {
          "key": "cookieAccess",
          "value": {
            "type": 1,
            "string": "any"
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "set_cookies",
        "versionId": "1"
      },
      "param": [
        {
          "key": "allowedCookies",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "name"
                  },
                  {
                    "type": 1,
                    "string": "domain"
                  },
                  {
                    "type": 1,
                    "string": "path"
                  },
                  {
                    "type": 1,
                    "string": "secure"
                  },
                  {
                    "type": 1,
                    "string": "session"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "*"
                  },
                  {
                    "type": 1,
                    "string": "*"
                  },
                  {
                    "type": 1,
                    "string": "*"
                  },
                  {
                    "type": 1,
                    "string": "any"
                  },
                  {
                    "type": 1,
                    "string": "any"
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "send_http",
        "versionId": "1"
      },
      "param": [
        {
          "key": "allowedUrls",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://www.googletagmanager.com/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios: []


___NOTES___

Stands in for a client of Google's that no export contains.
