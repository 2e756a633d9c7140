___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "GA4 tag",
  "description": "What a server container's GA4 tag does, as far as Google documents it: sends the event to Google Analytics, with what the tag adds and leaves out.",
  "containerContexts": [
    "SERVER"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "measurementId",
    "displayName": "Measurement ID",
    "simpleValueType": true
  },
  {
    "type": "TEXT",
    "name": "eventName",
    "displayName": "Event name",
    "simpleValueType": true
  },
  {
    "type": "CHECKBOX",
    "name": "redactVisitorIp",
    "checkboxText": "Redact visitor IP address",
    "simpleValueType": true,
    "defaultValue": false
  },
  {
    "type": "TEXT",
    "name": "epToIncludeDropdown",
    "displayName": "Event parameters to include",
    "simpleValueType": true,
    "defaultValue": "all"
  },
  {
    "type": "TEXT",
    "name": "upToIncludeDropdown",
    "displayName": "User properties to include",
    "simpleValueType": true,
    "defaultValue": "all"
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "eventParameters",
    "displayName": "Event parameters to add",
    "simpleTableColumns": [
      {
        "name": "name",
        "displayName": "Name",
        "type": "TEXT",
        "defaultValue": ""
      },
      {
        "name": "fieldName",
        "displayName": "Name",
        "type": "TEXT",
        "defaultValue": ""
      },
      {
        "name": "value",
        "displayName": "Value",
        "type": "TEXT",
        "defaultValue": ""
      }
    ]
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "userProperties",
    "displayName": "User properties to add",
    "simpleTableColumns": [
      {
        "name": "name",
        "displayName": "Name",
        "type": "TEXT",
        "defaultValue": ""
      },
      {
        "name": "fieldName",
        "displayName": "Name",
        "type": "TEXT",
        "defaultValue": ""
      },
      {
        "name": "value",
        "displayName": "Value",
        "type": "TEXT",
        "defaultValue": ""
      }
    ]
  }
]


___SANDBOXED_JS_FOR_SERVER___

const getAllEventData = require('getAllEventData');
const sendEventToGoogleAnalytics = require('sendEventToGoogleAnalytics');

// Fields that are no event parameters: they stay when the tag includes none.
const FIELDS = ['client_id', 'user_id', 'event_name', 'language', 'screen_resolution', 'viewport_size', 'page_location', 'page_referrer', 'page_title', 'page_hostname', 'page_path', 'page_encoding', 'ga_session_id', 'ga_session_number', 'engagement_time_msec', 'ip_override', 'user_agent', 'client_hints', 'event_location'];
const USER_PROPERTIES = 'x-ga-mp2-user_properties';

const all = getAllEventData();
const event = {};
for (const name in all) {
  if (isIncluded(name)) event[name] = all[name];
}
if (data.measurementId) event['x-ga-measurement_id'] = data.measurementId;
if (data.eventName) event.event_name = data.eventName;
if (data.redactVisitorIp) event.ip_override = undefined;
addTo(event, data.eventParameters);
if ((data.userProperties || []).length > 0) {
  const properties = event[USER_PROPERTIES] || {};
  addTo(properties, data.userProperties);
  event[USER_PROPERTIES] = properties;
}

sendEventToGoogleAnalytics(event).then(() => data.gtmOnSuccess(), () => data.gtmOnFailure());

function isIncluded(name) {
  if (name === USER_PROPERTIES) return data.upToIncludeDropdown !== 'none';
  return data.epToIncludeDropdown !== 'none' || FIELDS.indexOf(name) >= 0 || name.indexOf('x-ga-') === 0 || name.indexOf('x-sst-') === 0;
}

function addTo(target, rows) {
  (rows || []).forEach((row) => {
    target[row.name || row.fieldName] = row.value;
  });
}


___SERVER_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "read_event_data",
        "versionId": "1"
      },
      "param": [
        {
          "key": "eventDataAccess",
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
                "string": "https://www.google-analytics.com/*"
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

Stands in for a tag of Google's that no export contains.
