export default {
  asTable: 'Show as a table',
  asChart: 'Show as a chart',
  time: 'Time',
  value: 'Value',
}
