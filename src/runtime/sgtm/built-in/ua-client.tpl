___INFO___

{
  "type": "CLIENT",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Universal Analytics client",
  "description": "Claims hits of Measurement Protocol version 1, runs the container for each, answers with a pixel.",
  "containerContexts": [
    "SERVER"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "CHECKBOX",
    "name": "activateDefaultPaths",
    "checkboxText": "Default Universal Analytics paths",
    "simpleValueType": true,
    "defaultValue": true
  }
]


___SANDBOXED_JS_FOR_SERVER___

const claimRequest = require('claimRequest');
const extractEventsFromMpv1 = require('extractEventsFromMpv1');
const getRequestHeader = require('getRequestHeader');
const getRequestPath = require('getRequestPath');
const isRequestMpv1 = require('isRequestMpv1');
const returnResponse = require('returnResponse');
const runContainer = require('runContainer');
const setPixelResponse = require('setPixelResponse');
const setResponseHeader = require('setResponseHeader');

const PATHS = ['/collect', '/j/collect', '/r/collect', '/batch'];
const OTHERS = ['/g/collect', '/mp/collect'];
const path = getRequestPath();

if (data.activateDefaultPaths && PATHS.some(isAtEnd) && !OTHERS.some(isAtEnd) && isRequestMpv1()) {
  claimRequest();
  const origin = getRequestHeader('origin');
  if (origin) {
    setResponseHeader('access-control-allow-origin', origin);
    setResponseHeader('access-control-allow-credentials', 'true');
  }
  const events = extractEventsFromMpv1();
  let open = events.length;
  events.forEach((event) => {
    runContainer(event, () => {
      open = open - 1;
      if (open > 0) return;
      setPixelResponse();
      returnResponse();
    });
  });
}

function isAtEnd(end) {
  return path.length >= end.length && path.indexOf(end, path.length - end.length) >= 0;
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
  }
]


___TESTS___

scenarios: []


___NOTES___

Stands in for a client of Google's that no export contains.
